#!/usr/bin/env node
// Starts lab.ts under the Node that the `node` package brings, whatever the host has: sources are TypeScript that Node 24 strips by itself.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const pinned = join(import.meta.dirname, '..', 'node_modules', 'node', 'bin', 'node');
const node = existsSync(pinned) ? pinned : process.execPath;
// The terminal sends Ctrl-C to both; the child decides what it means.
process.on('SIGINT', () => {});
const { status, signal } = spawnSync(node, [join(import.meta.dirname, 'lab.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
