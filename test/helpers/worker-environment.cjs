const { join } = require('node:path');
const { TestEnvironment } = require('jest-environment-node');

const compileCache = join(__dirname, '../../node_modules/.cache/arraylab');

/**
 * Node's environment, with the worker's own `require` for what as-node-loads-it.cjs is for, and with the worker's own `process.env`
 * in place of a copy: what is loaded outside of the tests' realm would not see what a test sets. It is put back after each file.
 */
module.exports = class WorkerEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    this.before = { ...process.env };
    this.global.loadAsNode = require;
    this.global.process.env = process.env;
    // For what tests start: most are our own sources, that Node would strip and compile again each time.
    process.env.NODE_COMPILE_CACHE ??= compileCache;
  }

  async teardown() {
    for (const name of Object.keys(process.env)) if (!(name in this.before)) delete process.env[name];
    Object.assign(process.env, this.before);
    await super.teardown();
  }
};
