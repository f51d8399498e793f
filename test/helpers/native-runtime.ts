import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { passKnownTemplates } from './known-templates.ts';
import { resolveOneStackOnce } from './one-stack-apps.ts';
import type WorkerEnvironment from './worker-environment.ts';

const require = createRequire(import.meta.url);
const loaded = new Map<string, number>();
passKnownTemplates();
resolveOneStackOnce();
// With each 64 MiB of buffers V8 would mark all that is loaded, the CDK among it, half a second each time: let it count them as it
// counts everything else.
setFlagsFromString('--external-memory-accounted-in-global-limit');

/**
 * Loads tests and what they import as Node itself does, once a worker. Jest's own runtime compiles every module anew for every
 * test file, in a realm of its own: half of all CPU time that the tests took. Everything else is Jest's as it is: workers,
 * timeouts, hooks, snapshots. What a file changes of its process, worker-environment.ts puts back.
 *
 * It has what Jest's runner and jest-circus ask of a runtime. Modules cannot be mocked; `jest.spyOn` and fake timers can be used.
 */
export default class NativeRuntime {
  private readonly environment: WorkerEnvironment;

  constructor(_config: unknown, environment: WorkerEnvironment) {
    this.environment = environment;
  }

  /** jest-circus holds the tests of one file: each file gets it anew. */
  requireInternalModule(path: string): unknown {
    delete require.cache[path];
    return require(path);
  }

  unstable_shouldLoadAsEsm(): boolean {
    return true;
  }

  /** A file that runs again in the same process, as with --watch, is another module. */
  async unstable_importModule(path: string): Promise<void> {
    const times = loaded.get(path) ?? 0;
    loaded.set(path, times + 1);
    await import(`${pathToFileURL(path)}${times === 0 ? '' : `?load=${times}`}`);
  }

  requireModule(path: string): unknown {
    return require(path);
  }

  setGlobalsForRuntime(): void {
    const { fakeTimersModern: timers, moduleMocker: mocker } = this.environment;
    Object.assign(globalThis, {
      jest: {
        fn: mocker.fn.bind(mocker),
        spyOn: mocker.spyOn.bind(mocker),
        restoreAllMocks: () => mocker.restoreAllMocks(),
        useFakeTimers: timers.useFakeTimers.bind(timers),
        useRealTimers: () => timers.useRealTimers(),
        advanceTimersByTime: (milliseconds: number) => timers.advanceTimersByTime(milliseconds),
      },
    });
  }

  getSourceMaps(): Map<string, string> {
    return new Map();
  }

  getAllCoverageInfoCopy(): undefined {
    return undefined;
  }

  enterTestCode(): void {}
  leaveTestCode(): void {}
  teardown(): void {}
}
