import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

/**
 * Node's own modules in a bundle, each loaded by whoever first uses something of it. An import in the output would load all of
 * them at the start and evaluate whatever they export, Node's fetch and servers among it: half of a container's start. A name
 * that was used once costs no more than it would of an import. What is imported as a default can be looked into and not called.
 * Packages that ask by `require` get the module itself.
 */
export const ownModules: Plugin = {
  name: 'own-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z_:/]+$/ }, ({ path, kind }) =>
      isBuiltin(path)
        ? { path, namespace: kind === 'require-call' ? 'own-module' : 'own-module-in-use' }
        : undefined,
    );
    onLoad({ filter: /./, namespace: 'own-module' }, ({ path }) => ({
      contents: `module.exports = ${moduleOf(path)};`,
    }));
    onLoad({ filter: /./, namespace: 'own-module-in-use' }, ({ path }) => ({
      // A bundle's import is an object of its own with the exports' prototype: names are looked for there.
      contents: `const known = Object.create(new Proxy({}, { get(_, name) {
        const value = ${moduleOf(path)}[name];
        Object.defineProperty(known, name, { value });
        return value;
      } }), { __esModule: { value: false } });
      module.exports = Object.create(known);`,
    }));
  },
};

const moduleOf = (path: string): string => `process.getBuiltinModule(${JSON.stringify(path)})`;
