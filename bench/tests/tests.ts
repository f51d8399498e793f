import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Before the tests were loaded by Node itself. */
const before = '7f51d1c';

interface Run {
  readonly wallSeconds: number;
  /** User and system time of the run and of all that it started. */
  readonly cpuSeconds: number;
  readonly tests: number;
  readonly failed: number;
}

/**
 * `npm test` of this commit beside that of 7f51d1c: both out of this repository's own history, each in a folder and with an
 * `npm ci` of its own, in turn. Of one round the figures are those of a first run, with no cache; of more, the first is not counted.
 */
export async function tests(projectRoot: string, rounds: number): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'lab-bench-tests-'));
  try {
    const builds = [before, 'HEAD'].map(revision => checkOut(projectRoot, revision, join(root, revision)));
    const runs = builds.map((): Run[] => []);
    for (let round = rounds > 1 ? -1 : 0; round < rounds; round++)
      for (const [i, folder] of builds.entries()) {
        const run = await runTests(folder);
        process.stderr.write(`${round < 0 ? 'to warm up' : `round ${round}`}: ${line(folder, run)}\n`);
        if (round >= 0) runs[i]!.push(run);
      }
    return table(runs);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function checkOut(projectRoot: string, revision: string, folder: string): string {
  const commit = execFileSync('git', ['rev-parse', revision], { cwd: projectRoot, encoding: 'utf8' }).trim();
  execFileSync('git', ['clone', '--quiet', '--shared', '--no-checkout', projectRoot, folder]);
  execFileSync('git', ['checkout', '--quiet', commit], { cwd: folder });
  execFileSync('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return folder;
}

/** Node tells no time of a child's children, bash does. */
async function runTests(cwd: string): Promise<Run> {
  const child = spawn('bash', ['-c', "TIMEFORMAT='took %R %U %S'; time npm test"], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += chunk));
  await new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  const took = /^took ([\d.]+) ([\d.]+) ([\d.]+)$/m.exec(said);
  const counted = /^Tests: +(?:(\d+) failed, )?.*?(\d+) total$/m.exec(said);
  // What ended early is fast: it must not be a figure.
  if (!took || !counted) throw new Error(`npm test in ${cwd} came to no end: ${said.slice(-2000)}`);
  return {
    wallSeconds: Number(took[1]),
    cpuSeconds: Number(took[2]) + Number(took[3]),
    tests: Number(counted[2]),
    failed: Number(counted[1] ?? 0),
  };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

const line = (name: string, { wallSeconds, cpuSeconds, tests, failed }: Run): string =>
  `${name}: ${wallSeconds.toFixed(0)} s, ${cpuSeconds.toFixed(0)} CPU s, ${tests} tests, ${failed} failed; load ${loadavg()[0]!.toFixed(1)}`;

function table([old = [], now = []]: readonly Run[][]): string {
  const row = (name: string, runs: readonly Run[]): string => {
    const cpu = median(runs.map(run => run.cpuSeconds));
    const wall = median(runs.map(run => run.wallSeconds));
    const of = (key: 'cpuSeconds' | 'wallSeconds', value: number): string =>
      `${value.toFixed(0).padStart(8)}${(value / median(old.map(run => run[key]))).toFixed(2).padStart(7)}`;
    return `${name.padEnd(12)}${of('cpuSeconds', cpu)}${of('wallSeconds', wall)}${String(runs.at(-1)!.tests).padStart(8)}${String(Math.max(...runs.map(run => run.failed))).padStart(8)}`;
  };
  return [
    `npm test, median of ${old.length}`,
    `${''.padEnd(12)}${'CPU s'.padStart(8)}${'ratio'.padStart(7)}${'wall s'.padStart(8)}${'ratio'.padStart(7)}${'tests'.padStart(8)}${'failed'.padStart(8)}`,
    row(before, old),
    row('this commit', now),
    '',
  ].join('\n');
}
