import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const sizes = [10_000, 30_000, 100_000] as const;
const perShard = 100;

/**
 * `lab rehearse` from start to end, in the one process that is twin, containers and watcher: items of a hundred a shard, whose stand-ins
 * take one to three minutes and fail in one of a hundred.
 */
export async function rehearsal(projectRoot: string, items: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-bench-rehearsal-'));
  try {
    const [list, figures] = [join(folder, 'list.txt'), join(folder, 'figures.json')];
    await writeFile(list, Array.from({ length: items }, (_, i) => `participant-${i}\n`).join(''));
    const began = performance.now();
    const said = await run(
      process.execPath,
      [
        ...['--import', join(import.meta.dirname, '../report/at-exit.mjs'), join(projectRoot, 'bin/lab.mts')],
        ...['rehearse', 'rapidtide', '--participants', list, '--items-per-shard', `${perShard}`],
        ...['--duration', '1m..3m', '--failure-rate', '0.01', '--json'],
      ],
      {
        maxBuffer: 2 ** 28,
        env: { ...process.env, LAB_TWIN_FOLDER: join(folder, 'twin'), LAB_BENCH_FIGURES: figures },
      },
      // 4: some are not done, as they are not to be.
    ).catch((error: { code?: number; stdout: string }) => {
      if (error.code === 4) return error;
      throw error;
    });
    const seconds = (performance.now() - began) / 1000;
    const last = JSON.parse(said.stdout.trimEnd().split('\n').at(-1)!) as {
      readonly items: number;
      readonly counts: { readonly done: number; readonly failed: number };
    };
    if (last.items !== items || last.counts.done + last.counts.failed !== items)
      throw new Error(`only ${last.counts.done + last.counts.failed} of ${items} items have ended`);
    const { cpuSeconds, peakMiB } = JSON.parse(await readFile(figures, 'utf8')) as {
      readonly cpuSeconds: number;
      readonly peakMiB: number;
    };
    return [
      `rehearsal: ${items} items in ${items / perShard} shards, ${last.counts.done} done, ${last.counts.failed} failed`,
      ['s', 'CPU s', 'ms CPU an item', 'peak MiB'].map(each => each.padStart(16)).join(''),
      [
        seconds.toFixed(0),
        cpuSeconds.toFixed(0),
        ((1000 * cpuSeconds) / items).toFixed(2),
        peakMiB.toFixed(0),
      ]
        .map(each => each.padStart(16))
        .join(''),
      '',
    ].join('\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `rehearsal-10000` and its like, by the number of items. */
export const rehearsalBenches: Readonly<Record<string, (root: string) => Promise<string>>> =
  Object.fromEntries(sizes.map(items => [`rehearsal-${items}`, root => rehearsal(root, items)]));
