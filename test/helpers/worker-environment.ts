import { join } from 'node:path';
import { ModernFakeTimers } from '@jest/fake-timers';
import { ModuleMocker } from 'jest-mock';

const compileCache = join(import.meta.dirname, '../../node_modules/.cache/arraylab');
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
    // For what tests start: most are our own sources, that Node would strip and compile again each time.
    process.env.NODE_COMPILE_CACHE ??= compileCache;
  }

  async teardown(): Promise<void> {
    this.moduleMocker.restoreAllMocks();
    this.fakeTimersModern.dispose();
    const { env, exit, folder } = this.before;
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
    Object.assign(process.env, env);
    if (process.cwd() !== folder) process.chdir(folder);
    process.exit = exit;
  }

  exportConditions(): string[] {
    return ['node', 'node-addons'];
  }

  getVmContext(): null {
    return null;
  }
}
