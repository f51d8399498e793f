import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { hasNamespaces } from '../../../lib/twin/container/namespace.ts';
import { ContainerRoots } from '../../../lib/twin/container/roots.ts';

const canIsolate = process.platform === 'linux' && spawnSync('unshare', ['-m', 'true']).status === 0;

(canIsolate ? it : it.skip)(
  'who has no sbin in PATH has containers with their fixed paths all the same',
  async () => {
    // A path as a person's may be.
    const base = mkdtempSync(join(tmpdir(), "a lab's \\ name space-"));
    const path = process.env.PATH;
    process.env.PATH = '/usr/bin:/bin';
    try {
      // It is asked of the host once a process: here anew.
      const anew = new URL('../../../lib/twin/container/namespace.ts?anew', import.meta.url).href;
      const { hasNamespaces: ask } = (await import(anew)) as { hasNamespaces: typeof hasNamespaces };
      expect(ask([], new ContainerRoots(base))).toBe(true);
    } finally {
      process.env.PATH = path;
      rmSync(base, { recursive: true });
    }
  },
);
