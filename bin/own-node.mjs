// Starts our TypeScript by a Node that strips its types: this one, or the one that the `node` package brings. Plain JavaScript that the
// oldest Node of package.json's engines reads.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const bin = dirname(fileURLToPath(import.meta.url));
const modules = join(bin, '..', 'node_modules');
const pinned = join(modules, 'node', 'bin', 'node');
const isOwn = Number(process.versions.node.split('.')[0]) >= 24 && process.features.typescript;

/** Runs `bin/<script>` with this call's arguments, in this process where it can. */
export async function startByOwnNode(script) {
  const path = join(bin, script);
  if (isOwn) {
    // What Node has stripped and compiled once is kept: a call starts in a third of the time.
    module.enableCompileCache?.(join(modules, '.cache', 'arraylab'));
    await import(pathToFileURL(path).href);
    return;
  }
  if (!existsSync(pinned)) {
    console.error(
      `Node ${process.version} is too old for Arraylab's sources, which Node 24 runs as they are\n  fix: npm ci, which brings Node 24 (where npm runs no install scripts: npm rebuild node)`,
    );
    process.exit(2);
  }
  // The terminal sends Ctrl-C to both; the child decides what it means.
  process.on('SIGINT', () => {});
  const { status, signal } = spawnSync(pinned, [path, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
}
