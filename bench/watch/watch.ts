import { execFile, fork } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const perShard = 100;

interface Figures {
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

/**
 * A run of 100,000 items in 1,000 shards, watched from its submission to its end: the twin, whose containers do nothing but their harness's
 * part, is a process of its own, and what is counted is the watcher's.
 */
export async function watch(projectRoot: string, items = 100_000): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-bench-watch-'));
  const host = fork(join(import.meta.dirname, '../twin/serve.ts'), [projectRoot, folder]);
  try {
    await new Promise<void>((done, fail) => {
      host.once('message', () => done());
      host.once('exit', code => fail(new Error(`the twin exited with ${code}`)));
    });
    const list = join(folder, 'list.txt');
    await writeFile(list, Array.from({ length: items }, (_, i) => `participant-${i}\n`).join(''));
    const submitted = await lab(
      folder,
      'submit',
      'rapidtide',
      '--participants',
      list,
      '--items-per-shard',
      `${perShard}`,
    );
    const began = performance.now();
    const watched = await lab(folder, 'watch', 'latest');
    const seconds = (performance.now() - began) / 1000;
    return [
      `watch: ${items} items in ${items / perShard} shards`,
      `${''.padEnd(20)}${['s', 'CPU s', 'peak MiB'].map(each => each.padStart(10)).join('')}`,
      `${'lab submit'.padEnd(30)}${rowOf(submitted)}`,
      `${'lab watch, to its end'.padEnd(20)}${seconds.toFixed(1).padStart(9)}${rowOf(watched)}\n`,
    ].join('\n');
  } finally {
    if (host.connected) host.send('close');
    await Promise.race([new Promise(done => host.once('exit', done)), sleep(10_000).then(() => host.kill())]);
    await rm(folder, { recursive: true, force: true });
  }
}

const rowOf = ({ cpuSeconds, peakMiB }: Figures): string =>
  `${cpuSeconds.toFixed(1).padStart(10)}${peakMiB.toFixed(0).padStart(10)}`;

/** Rejects where the verb ends with anything but 0: a watch whose items are not all done has not seen the run's end. */
async function lab(folder: string, ...words: readonly string[]): Promise<Figures> {
  const figures = join(folder, 'figures.json');
  await run(process.execPath, [join(import.meta.dirname, 'lab.ts'), ...words, '--local'], {
    maxBuffer: 2 ** 28,
    env: {
      ...process.env,
      LAB_CONFIG: join(folder, 'lab.config.json'),
      LAB_TWIN_FOLDER: join(folder, 'twin'),
      LAB_BENCH_FIGURES: figures,
    },
  });
  return JSON.parse(await readFile(figures, 'utf8')) as Figures;
}
