import { flushCompileCache } from 'node:module';
import { ModernFakeTimers } from '@jest/fake-timers';
import { ModuleMocker } from 'jest-mock';

type FakeTimersConfig = ConstructorParameters<typeof ModernFakeTimers>[0]['config'];

/**
 * The worker's own globals in place of a realm for each file: modules are loaded once a worker (native-runtime.ts). So each file
 * has to find its process as the one before did: environment variables, mocks, clock and folder.
 */
export default class WorkerEnvironment {
  readonly global = globalThis;
  readonly moduleMocker = new ModuleMocker(globalThis);
  readonly fakeTimersModern: ModernFakeTimers;
  private readonly before = { env: { ...process.env }, folder: process.cwd(), exit: process.exit };

  constructor({ projectConfig }: { readonly projectConfig: FakeTimersConfig }) {
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
  }

  async setup(): Promise<void> {
    // Jest gives each error a hundred frames, and each frame to its source maps. CDK takes a trace of all that it makes, and sources
    // that Node itself loads are at the places that they say.
    Error.stackTraceLimit = 10;
    delete (Error as Partial<ErrorConstructor>).prepareStackTrace;
  }

  async teardown(): Promise<void> {
    this.moduleMocker.restoreAllMocks();
    this.fakeTimersModern.dispose();
    // jest-circus would tell the handlers of every file before, too: each test as often as there were files.
    Reflect.deleteProperty(globalThis, Symbol.for('EVENT_HANDLERS'));
    const { env, exit, folder } = this.before;
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
    Object.assign(process.env, env);
    if (process.cwd() !== folder) process.chdir(folder);
    process.exit = exit;
    // All of it at once, at the end of a worker that has compiled everything anew, takes longer than Jest waits for that end.
    flushCompileCache();
  }

  exportConditions(): string[] {
    return ['node', 'node-addons'];
  }

  getVmContext(): null {
    return null;
  }
}
