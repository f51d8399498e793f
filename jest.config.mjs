import { availableParallelism } from 'node:os';

/** Tests run on the Node of the `node` package, as everything else does, and are loaded by it. */
export default {
  runtime: '<rootDir>/test/helpers/native-runtime.ts',
  testEnvironment: '<rootDir>/test/helpers/worker-environment.ts',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/conformance/', '<rootDir>/test/soak/'],
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/dist', '<rootDir>/.lab'],
  globalSetup: '<rootDir>/test/helpers/own-temporary-folder.ts',
  transform: {},
  // On two cores a third worker fills the time in which the others wait for timers and children.
  maxWorkers: Math.max(3, availableParallelism()),
  testTimeout: 180_000,
};
