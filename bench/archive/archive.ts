import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import {
  type ArchiveWay,
  archiveWays,
  bundled,
  deleteWays,
  gzipWay,
  listWays,
  oneObject,
  prepareDelete,
  smallWays,
} from './ways.ts';

/** What one way took, round by round. */
interface Taken {
  readonly seconds: number[];
  /** Of all its processes, user and system: what a busy machine does not change much. */
  readonly cpu: number[];
  last: string;
}

interface Scene {
  readonly title: string;
  readonly objects: number;
  readonly size: number;
  readonly ways: readonly ArchiveWay[];
  /** Run before each way, not measured. */
  readonly prepare?: string;
  readonly unit: 'MB/s' | 'objects/s';
}

// What the stand-in holds is memory: source and archive together are under 1 GiB.
const scenes = (): readonly Scene[] => [
  { title: '200 objects of 2.334 MB', objects: 200, size: 2_334_000, ways: archiveWays, unit: 'MB/s' },
  {
    title: '40 objects of 2.334 MB',
    objects: 40,
    size: 2_334_000,
    ways: [archiveWays[0]!, gzipWay],
    unit: 'MB/s',
  },
  { title: '10,000 objects of 8 KiB', objects: 10_000, size: 8192, ways: smallWays, unit: 'objects/s' },
  { title: 'listing 200,000 keys', objects: 200_000, size: 10, ways: listWays, unit: 'objects/s' },
  {
    title: 'deleting 20,000 keys',
    objects: 20_000,
    size: 10,
    ways: deleteWays,
    prepare: prepareDelete,
    unit: 'objects/s',
  },
];

/** The archive beside the shell's ways, in turn, against a stand-in for S3 in Go that is built here. */
export async function archive(projectRoot: string, rounds: number): Promise<string> {
  const cache = join(projectRoot, '.lab/bench');
  mkdirSync(cache, { recursive: true });
  const standIn = join(cache, 'stand-in-s3');
  execFileSync('go', ['build', '-o', standIn, '.'], {
    cwd: join(projectRoot, 'bench/archive/stand-in'),
    stdio: 'inherit',
  });
  await build({
    entryPoints: [join(projectRoot, 'bench/archive/ours.ts')],
    outfile: bundled,
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node24', minify: true, logLevel: 'error' },
  });
  // As they come: the whole takes long, and what was measured is not to be lost.
  for (const scene of scenes()) process.stdout.write(`${await measure(standIn, scene, rounds)}\n`);
  return '';
}

async function measure(standIn: string, scene: Scene, rounds: number): Promise<string> {
  const server = spawn(
    standIn,
    ['-objects', String(scene.objects), '-size', String(scene.size), '-prefix', 'p/'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const port = await new Promise<string>(done =>
    server.stdout.once('data', chunk => done(String(chunk).trim())),
  );
  const url = `http://127.0.0.1:${port}`;
  const taken = scene.ways.map((): Taken => ({ seconds: [], cpu: [], last: '' }));
  try {
    for (let round = 0; round < rounds; round++)
      for (const [i, way] of scene.ways.entries()) {
        await fetch(`${url}/-/forget`);
        await fetch(`${url}/-/refill`);
        if (scene.prepare) await run(scene.prepare, url);
        const { seconds, cpu, said } = await run(way.command, url);
        taken[i]!.seconds.push(seconds);
        taken[i]!.cpu.push(cpu);
        taken[i]!.last = said;
      }
    const one = scene.size > 1_000_000 && scene.ways.length > 2 ? `${(await once(url)).trim()}\n` : '';
    return table(scene, taken) + one;
  } finally {
    server.stdin.end();
  }
}

/** One object out of the archive: what is read besides it. */
async function once(url: string): Promise<string> {
  await fetch(`${url}/-/forget`);
  await run(archiveWays[0]!.command, url);
  const { said } = await run(oneObject, url);
  return `one object out of the archive: ${(JSON.parse(said) as { said: string }).said}`;
}

const mostSeconds = 180;
/** Of addresses. */
const mostKiB = 6 * 1024 * 1024;

async function run(
  command: string,
  url: string,
): Promise<{ readonly seconds: number; readonly cpu: number; readonly said: string }> {
  const folder = mkdtempSync('/dev/shm/lab-bench-');
  const began = performance.now();
  try {
    // A way that hangs, or takes all memory, must not take the machine with it.
    const limited = command.includes('rclone') ? `ulimit -v ${mostKiB}; ${command}` : command;
    const child = spawn(
      'timeout',
      [
        '-k',
        '5',
        String(mostSeconds),
        'bash',
        '-o',
        'pipefail',
        '-c',
        `trap 'times > ${folder}/.cpu' EXIT; ${limited}`,
      ],
      {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          ...withoutCertificates(process.env),
          ...{ AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: 'AKIABENCH', AWS_SECRET_ACCESS_KEY: 'secret' },
          ...{ AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1', AWS_EC2_METADATA_DISABLED: 'true' },
          // What newer command lines compute besides is spared them.
          ...{
            AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required',
            AWS_RESPONSE_CHECKSUM_VALIDATION: 'when_required',
          },
        },
      },
    );
    let said = '';
    child.stdout.on('data', chunk => {
      said += chunk;
    });
    const code = await new Promise<number | null>(done => child.once('close', done));
    if (code !== 0) throw new Error(`${command} exited with ${code}`);
    return {
      seconds: (performance.now() - began) / 1000,
      cpu: cpuSeconds(readFileSync(join(folder, '.cpu'), 'utf8')),
      said,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** bash's `times`: user and system, of itself and of what it started. */
const cpuSeconds = (text: string): number =>
  [...text.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0);

/** A bundle of certificates stops rclone, though nothing here is encrypted. */
function withoutCertificates({
  AWS_CA_BUNDLE: _,
  AWS_PROFILE: __,
  ...rest
}: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return rest;
}

function table({ title, objects, size, ways, unit }: Scene, taken: readonly Taken[]): string {
  const median = (values: readonly number[]): number =>
    [...values].sort((a, b) => a - b)[values.length >> 1]!;
  const base = { seconds: median(taken[0]!.seconds), cpu: median(taken[0]!.cpu) };
  const rows = ways.map(({ name }, i) => {
    const [seconds, cpu] = [median(taken[i]!.seconds), median(taken[i]!.cpu)];
    const rate = unit === 'MB/s' ? (objects * size) / 1e6 / seconds : objects / seconds;
    const fastest = Math.min(...taken[i]!.seconds);
    return `${name.padEnd(42)}${seconds.toFixed(2).padStart(8)}${fastest.toFixed(2).padStart(8)}${rate.toFixed(0).padStart(10)}${(seconds / base.seconds).toFixed(1).padStart(8)}${cpu.toFixed(2).padStart(9)}${(cpu / base.cpu).toFixed(1).padStart(8)}`;
  });
  return [
    title,
    `${''.padEnd(42)}${'s'.padStart(8)}${'fastest'.padStart(8)}${unit.padStart(10)}${'ratio'.padStart(8)}${'CPU s'.padStart(9)}${'ratio'.padStart(8)}`,
    ...rows,
    '',
  ].join('\n');
}
