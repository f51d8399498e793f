import { enableCompileCache } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

// Of Jest itself, for its workers, and for what tests start: Node would strip and compile the same sources again each time.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/arraylab');
enableCompileCache(process.env.NODE_COMPILE_CACHE);

/** Tests run on the Node of the `node` package, as everything else does, and are loaded by it. */
export default {
  roots: ['bin', 'containers', 'jobs', 'lib', 'test'].map(folder => `<rootDir>/${folder}`),
  runtime: '<rootDir>/test/helpers/native-runtime.ts',
  testEnvironment: '<rootDir>/test/helpers/worker-environment.ts',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/conformance/', '<rootDir>/test/soak/'],
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/dist', '<rootDir>/.lab'],
  testSequencer: '<rootDir>/test/helpers/longest-first.ts',
  globalSetup: '<rootDir>/test/helpers/own-temporary-folder.ts',
  transform: {},
  // On two cores a third and a fourth worker fill the time in which the others wait for timers and children.
  maxWorkers: Math.max(4, availableParallelism()),
  testTimeout: 180_000,
  // A worker has nothing open by then: what takes longer than Jest's half a second is its end on a busy machine, its memory freed.
  workerGracefulExitTimeout: 60_000,
};
