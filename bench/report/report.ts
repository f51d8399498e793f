import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { earlierBuild } from '../ledger/ledger.ts';

const run = promisify(execFile);
const node = process.execPath;
const timeout = 400_000;

interface Figures {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

interface Build {
  readonly name: string;
  readonly script: string;
  readonly folder: string;
  readonly verb: readonly string[];
}

/**
 * What a person who waits looks at, as calls of `lab` from start to end: the page of a run of 10,000 items, and beside it the earlier
 * build's only whole answer, its ledger as JSON. Each reads a run that it has rehearsed itself from a twin in another process.
 */
export async function report(projectRoot: string, rounds: number): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'lab-bench-report-'));
  const old = await earlierBuild(projectRoot, work);
  const builds: readonly Build[] = [
    {
      name: '7f51d1c: lab status --json',
      script: join(old, 'bin/lab.ts'),
      folder: join(work, 'old'),
      verb: ['status', '--json'],
    },
    {
      name: 'lab report',
      script: join(projectRoot, 'bin/lab.mjs'),
      folder: join(work, 'new'),
      verb: ['report', '--out', join(work, 'report.html')],
    },
  ];
  try {
    for (const build of builds) await rehearse(build);
    const taken = new Map<string, Figures[]>(builds.map(({ name }) => [name, []]));
    for (let round = -1; round < rounds; round++)
      for (const build of builds) {
        const figures = await measured(build, work);
        // The first call of a build fills its cache of compiled modules.
        if (round >= 0) taken.get(build.name)!.push(figures);
      }
    const [before, now] = builds.map(({ name }) => mediansOf(taken.get(name)!)) as [Figures, Figures];
    const row = (name: string, each: Figures): string =>
      `| ${name} | ${each.wallSeconds.toFixed(1)} | ${each.cpuSeconds.toFixed(2)} | ${each.peakMiB.toFixed(0)} | ${(each.peakMiB / before.peakMiB).toFixed(2)} |`;
    return [
      `a report of 10,000 items in 1,000 shards, median of ${rounds}`,
      '| | s | CPU s | peak MiB | ratio |',
      '|---|---|---|---|---|',
      row(builds[0]!.name, before),
      row(builds[1]!.name, now),
      '',
    ].join('\n');
  } finally {
    for (const build of builds) await lab(build, ['twin', 'down']).catch(() => undefined);
    await rm(work, { recursive: true, force: true });
  }
}

/** Leaves a run of 10,000 items in the build's twin, and that up. */
async function rehearse(build: Build): Promise<void> {
  await mkdir(build.folder);
  const options = ['--items-per-shard', '10', '--failure-rate', '0.005', '--seed', '3', '--keep'];
  // 4: some are not done.
  await lab(build, ['rehearse', 'rapidtide', '--participants', 'sub-00001..sub-10000', ...options]).catch(
    (error: { code?: number }) => {
      if (error.code !== 4) throw error;
    },
  );
  const [name = ''] = await readdir(join(build.folder, 'rehearsals'));
  await rm(join(build.folder, 'twin'), { recursive: true, force: true });
  await rename(join(build.folder, 'rehearsals', name), join(build.folder, 'twin'));
  await lab(build, ['twin', 'up']);
}

async function measured(build: Build, work: string): Promise<Figures> {
  const file = join(work, 'figures.json');
  const began = performance.now();
  await lab(build, [...build.verb, '--local'], file);
  const wallSeconds = (performance.now() - began) / 1000;
  return { wallSeconds, ...(JSON.parse(await readFile(file, 'utf8')) as Omit<Figures, 'wallSeconds'>) };
}

const lab = ({ script, folder }: Build, words: readonly string[], figures = '') =>
  run(node, [...(figures ? ['--import', join(import.meta.dirname, 'at-exit.mjs')] : []), script, ...words], {
    cwd: folder,
    timeout,
    maxBuffer: 2 ** 28,
    env: { ...process.env, LAB_TWIN_FOLDER: join(folder, 'twin'), LAB_BENCH_FIGURES: figures },
  });

function mediansOf(list: readonly Figures[]): Figures {
  const of = (value: (each: Figures) => number): number =>
    list.map(value).sort((a, b) => a - b)[list.length >> 1]!;
  return {
    wallSeconds: of(each => each.wallSeconds),
    cpuSeconds: of(each => each.cpuSeconds),
    peakMiB: of(each => each.peakMiB),
  };
}
