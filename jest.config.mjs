import { availableParallelism } from 'node:os';

const cdk = '/node_modules/(aws-cdk-lib|constructs|cdk-nag)/.*\\.js$';
/** Tests run on the Node of the `node` package, as everything else does; swc only strips the types. */
export default {
  testEnvironment: '<rootDir>/test/helpers/worker-environment.cjs',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/conformance/', '<rootDir>/test/soak/'],
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/dist', '<rootDir>/.lab'],
  globalSetup: '<rootDir>/test/helpers/own-temporary-folder.ts',
  transform: {
    [cdk]: '<rootDir>/test/helpers/as-node-loads-it.cjs',
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!(aws-cdk-lib|constructs|cdk-nag)/)'],
  // On two cores a third worker fills the time in which the others wait for timers and children.
  maxWorkers: Math.max(3, availableParallelism()),
  testTimeout: 60_000,
};
