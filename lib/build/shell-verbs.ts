import type { Plugin } from 'esbuild';

/** Verbs that workloads bring are for a shell: no container and no template has anything of them, though specs name them. */
export const shellVerbs: Plugin = {
  name: 'shell-verbs',
  setup({ onResolve }) {
    onResolve({ filter: /\/verbs\/[\w-]+\.ts$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};
