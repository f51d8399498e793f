import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { workloads } from '../../jobs/index.ts';
import { runCli } from '../../lib/cli/main.ts';
import type { AttemptRecord } from '../../lib/contract/run/records.ts';

/** 5 % of the attempts are on a host that gets a notice within the hour in which it works, two minutes before it goes. */
const faults = {
  containers: [{ fault: 'spot-reclaim', probability: 0.05, noticeSeconds: 120, afterMs: [0, 3_600_000] }],
};

/**
 * A year of 365 days by `lab rehearse`: calls of SubmitJob, attempts, and finished days that were begun again. A finished day has
 * a record that says so; whatever an attempt does after it is lost work.
 */
export async function ambientNoiseYear(projectRoot: string, rounds: number): Promise<string> {
  const lines: string[] = [];
  for (let seed = 1; seed <= rounds; seed++) lines.push(await rehearsed(projectRoot, seed));
  return [
    '### A year of days, 5 % of attempts with a spot notice',
    '',
    '| seed | SubmitJob | days | attempts of days | with a notice | days without a result | finished days begun again |',
    '|---|---|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}

async function rehearsed(projectRoot: string, seed: number): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'lab-bench-'));
  try {
    const configFile = join(cwd, 'lab.config.json');
    await writeFile(
      configFile,
      JSON.stringify({
        name: 'noise',
        region: 'us-west-2',
        datasets: { scedc: { bucket: 'scedc-pds', access: 'public' } },
        workloads: { 'ambient-noise': { datasets: { '/archive': 'scedc' } } },
      }),
    );
    await writeFile(join(cwd, 'faults.json'), JSON.stringify(faults));
    await mkdir(join(cwd, 'twin'));
    let said = '';
    const write = (text: string): void => {
      said += text;
    };
    const span = ['--start', '2019', '--stations', 'CI.PASC,CI.RPV', '--duration', '20m..2h'];
    const code = await runCli(
      ['rehearse', 'ambient-noise', ...span, '--faults', 'faults.json', '--seed', String(seed), '--keep'],
      {
        projectRoot,
        twinFolder: join(cwd, 'twin'),
        templates: join(tmpdir(), 'templates'),
        cwd,
        configFile,
        environment: {},
        io: { out: { write }, err: { write } },
        stdin: Readable.from([]),
        signal: new AbortController().signal,
        workloads,
        now: () => new Date(),
        seed: () => '000001',
      },
    );
    assert.equal(code, 0, said);
    return await counted(cwd, seed);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

async function counted(folder: string, seed: number): Promise<string> {
  const files = await readdir(folder, { recursive: true, encoding: 'utf8' });
  const journal = await readFile(
    join(folder, files.find(each => each.endsWith('batch/journal.jsonl'))!),
    'utf8',
  );
  const submitted = journal.split('\n').filter(line => line.startsWith('{"kind":"submitted"')).length;
  const records = await Promise.all(
    files
      .filter(each => /\/results\/0\/correlate\/\d+\/[^/]+\.\d+$/.test(each))
      .map(async each => JSON.parse(await readFile(join(folder, each), 'utf8')) as AttemptRecord),
  );
  const days = [...Map.groupBy(records, ({ shard }) => shard).values()];
  const again = days.filter(own => {
    const first = Math.min(...own.filter(({ exitCode }) => exitCode === 0).map(({ attempt }) => attempt));
    return own.some(({ attempt }) => attempt > first);
  });
  const noticed = records.filter(({ items }) =>
    items?.some(({ reason }) => reason?.startsWith('spot notice')),
  );
  const without = 365 - days.filter(own => own.some(({ exitCode }) => exitCode === 0)).length;
  return `| ${seed} | ${submitted} | ${days.length} | ${records.length} | ${noticed.length} | ${without} | ${again.length} |`;
}
