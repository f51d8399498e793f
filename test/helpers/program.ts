import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { ownModules } from '../../lib/build/own-modules.ts';
import { root } from './project.ts';

/**
 * A source of ours as one file of JavaScript, for what a test starts again and again: from a hundred sources Node takes four times
 * as long to start, and another two for what of Node's own modules it does not use. Made once a run of the tests; whoever needs it at the same time makes it, too, and it is the same.
 */
export async function program(source: string): Promise<string> {
  const folder = join(tmpdir(), 'programs');
  const made = join(folder, `${relative(root, source).replaceAll('/', '-')}.mjs`);
  if (existsSync(made)) return made;
  mkdirSync(folder, { recursive: true });
  const part = `${made}.${randomUUID()}`;
  await build({
    entryPoints: [source],
    outfile: part,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minify: true,
    plugins: [ownModules],
    logLevel: 'silent',
    // What was written for CommonJS asks for it.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  renameSync(part, made);
  return made;
}
