import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callOf } from '../../../containers/vcf/call.ts';
import type { Sample } from '../../../containers/vcf/local-files.ts';
import { realClock, Touches } from '../../../containers/vcf/settle.ts';
import { storeOnce } from '../../../containers/vcf/store/store-once.ts';
import { Tool } from '../../../containers/vcf/tool.ts';
import { readIndex } from '../../../jobs/vcf/variant-index.ts';

/** `node attempt.ts DATASET SAMPLES CHECKPOINTS WORK`: one attempt at a shard on this machine, by the tiledbvcf of PATH. */
const [dataset = '', folder = '', checkpoints = '', work = ''] = process.argv.slice(2);
const { signal } = new AbortController();
rmSync(work, { recursive: true, force: true });
for (const each of [checkpoints, work]) mkdirSync(each, { recursive: true });
const names = readFileSync(join(folder, 'names'), 'utf8').trim().split('\n');
const samples = names.map((name): Sample => {
  const uri = join(folder, `${name}.bcf`);
  const index = readIndex(readFileSync(`${uri}.csi`));
  if (typeof index === 'string') throw new Error(index);
  return { name, uri, index: `${uri}.csi`, records: index.records! };
});
const exec = (command: readonly string[], { cwd }: { readonly cwd: string }) =>
  new Promise<{ readonly exitCode: number }>(done => {
    const [program = '', ...args] = command;
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('exit', (code, name) => done({ exitCode: name ? 137 : (code ?? 0) }));
  });
const tool = new Tool(callOf(exec, work, console.error), dataset, work);
if (!existsSync(dataset)) await tool.create(['fmt_GT', 'fmt_DP'], false);
const { samples: states } = await storeOnce(samples, {
  tool,
  fetch: async (sample, path, indexPath) => {
    copyFileSync(sample.uri, path);
    copyFileSync(sample.index, indexPath);
    return statSync(path).size;
  },
  touches: new Touches(
    name => ({
      read: async () => {
        const path = join(checkpoints, name);
        return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
      },
      write: async text => writeFileSync(join(checkpoints, name), text),
    }),
    realClock(signal),
    // One machine has one clock.
    20,
  ),
  sizes: { threads: 2, memoryMiB: 1024, batch: 4, counts: 2 },
  folder: join(work, 'files'),
  signal,
  log: console.error,
});
const failed = states.filter(({ is }) => is === 'failed');
if (failed.length > 0) console.error(JSON.stringify(failed));
process.exitCode = failed.length > 0 ? 1 : 0;
