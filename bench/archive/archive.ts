import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { awsCli, pathWithClients } from '../clients.ts';
import { type BenchServer, buildStandIn, keys, standIn, versitygw } from './servers.ts';
import {
  type ArchiveWay,
  archiveWays,
  bundled,
  deleteWays,
  fill,
  gzipWay,
  listWays,
  manyWays,
  oneObject,
  plateWays,
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
  /** Of the keys; `p/` where there is none. */
  readonly prefix?: string;
  readonly ways: readonly ArchiveWay[];
  /** Run before each way, not measured. */
  readonly prepare?: string;
  readonly unit: 'MB/s' | 'objects/s';
}

const image = 2_334_000;
/** As a plate of a hundred thousand objects has them: in about a hundred tars, below folders as the Broad lays them out. */
const plateOfMany = {
  objects: 100_000,
  size: 50_000,
  prefix: 'p/2021_05_02_Batch1/images/BR00117035__2021-05-02T16_02_51-Measurement1/Images/',
};
const scenes = {
  images: {
    title: '200 objects of 2.334 MB',
    ...{ objects: 200, size: image, ways: archiveWays, unit: 'MB/s' },
  },
  gzip: {
    title: '40 objects of 2.334 MB',
    ...{ objects: 40, size: image, ways: [archiveWays[0]!, gzipWay], unit: 'MB/s' },
  },
  small: {
    title: '20,000 objects of 8 KiB',
    ...{ objects: 20_000, size: 8192, ways: smallWays, unit: 'objects/s' },
  },
  list: {
    title: 'listing 200,000 keys',
    ...{ objects: 200_000, size: 10, ways: listWays, unit: 'objects/s' },
  },
  delete: {
    title: 'deleting 20,000 keys',
    ...{ objects: 20_000, size: 10, ways: deleteWays, prepare: prepareDelete, unit: 'objects/s' },
  },
  'delete-plate': {
    title: 'deleting 100,000 keys',
    ...{ objects: 100_000, size: 10, ways: deleteWays, prepare: prepareDelete, unit: 'objects/s' },
  },
} as const satisfies Record<string, Scene>;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function bundle(projectRoot: string): Promise<void> {
  await build({
    entryPoints: [join(projectRoot, 'bench/archive/ours.ts')],
    outfile: bundled,
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node24', minify: true, logLevel: 'error' },
    // As a container's bundle has it.
    banner: {
      js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
    },
  });
}

const inTurn =
  (...names: readonly (keyof typeof scenes)[]) =>
  async (projectRoot: string, rounds: number): Promise<string> => {
    const program = buildStandIn(projectRoot);
    await bundle(projectRoot);
    say(awsCli(projectRoot));
    // As they come: the whole takes long, and what was measured is not to be lost.
    for (const name of names) say(await measure(program, scenes[name], rounds));
    return '';
  };

/** Gigabytes of the plates whose archiver's and verifier's memory is looked at; a round is one of them. */
const gigabytes = [1, 10, 40, 100];

/** The archive beside the shell's ways, in turn, against a stand-in for S3 in Go that is built here; all of it, and scene by scene. */
export const archiveBenches = {
  archive: inTurn('images', 'gzip', 'small', 'list', 'delete'),
  'archive-images': inTurn('images'),
  'archive-gzip': inTurn('gzip'),
  'archive-small': inTurn('small'),
  'archive-list': inTurn('list'),
  'archive-delete': inTurn('delete'),
  'archive-delete-plate': inTurn('delete-plate'),
  'archive-memory': async (projectRoot: string, rounds: number) =>
    memory(projectRoot, gigabytes.slice(0, rounds)),
  'archive-memory-40': async (projectRoot: string) => memory(projectRoot, [40]),
  'archive-memory-100': async (projectRoot: string) => memory(projectRoot, [100]),
  'archive-memory-objects': memoryOfMany,
  'archive-server': onServer,
};

async function measure(program: string, scene: Scene, rounds: number): Promise<string> {
  const server = await standIn(program, scene);
  try {
    const taken = await takeTurns(server, scene, rounds);
    const one = scene.size > 1_000_000 && scene.ways.length > 2 ? `${(await once(server)).trim()}\n` : '';
    return table(scene, taken) + one;
  } finally {
    server.stop();
  }
}

async function takeTurns(server: BenchServer, scene: Scene, rounds: number): Promise<readonly Taken[]> {
  const taken = scene.ways.map((): Taken => ({ seconds: [], cpu: [], last: '' }));
  for (let round = 0; round < rounds; round++)
    for (const [i, way] of scene.ways.entries()) {
      await server.reset();
      if (scene.prepare) await run(scene.prepare, server.url);
      const { seconds, cpu, said } = await run(way.command, server.url);
      taken[i]!.seconds.push(seconds);
      taken[i]!.cpu.push(cpu);
      taken[i]!.last = said;
    }
  return taken;
}

/** One object out of the archive: what is read besides it. */
async function once(server: BenchServer): Promise<string> {
  await server.reset();
  await run(archiveWays[0]!.command, server.url);
  const { said } = await run(oneObject, server.url);
  return `one object out of the archive: ${(JSON.parse(said) as { said: string }).said}`;
}

async function memory(projectRoot: string, sizes: readonly number[]): Promise<string> {
  const program = buildStandIn(projectRoot);
  await bundle(projectRoot);
  for (const each of sizes) {
    const objects = Math.round((each * 1e9) / image);
    await peaks(program, { objects, size: image }, plateWays);
  }
  return '';
}

/** What a plate's life takes whose objects are many and not large: archived, verified, given back, deleted; and archived once more. */
async function memoryOfMany(projectRoot: string): Promise<string> {
  const program = buildStandIn(projectRoot);
  await bundle(projectRoot);
  await peaks(program, plateOfMany, manyWays);
  return '';
}

async function peaks(
  program: string,
  plate: Pick<Scene, 'objects' | 'size' | 'prefix'>,
  ways: readonly ArchiveWay[],
): Promise<void> {
  const server = await standIn(program, plate);
  const bytes = plate.objects * plate.size;
  try {
    for (const { name, command } of ways) {
      const { seconds, cpu, said } = await run(command, server.url, 3600);
      const { maxRssMiB, said: what } = JSON.parse(said) as Record<'maxRssMiB' | 'said', string>;
      const rate = (bytes / 1e6 / seconds).toFixed(0);
      const all = `${seconds.toFixed(1)} s (${rate} MB/s), ${((cpu / bytes) * 1e9).toFixed(2)} CPU s a GB`;
      say(`${(bytes / 1e9).toFixed(0).padStart(3)} GB, ${name}: ${maxRssMiB} MiB, ${all}; ${what}`);
    }
  } finally {
    server.stop();
  }
}

/** The same ways against a server that is no stand-in: it checks signatures and checksums, and keeps files. Its own time is not counted. */
async function onServer(projectRoot: string, rounds: number): Promise<string> {
  await bundle(projectRoot);
  const scene: Scene = { ...scenes.images, title: '150 objects of 2.334 MB, versitygw', objects: 150 };
  const server = await versitygw(projectRoot, url => run(fill(scene.objects, scene.size), url));
  if (!server) return 'versitygw is not to be had\n';
  try {
    say(awsCli(projectRoot));
    return table(scene, await takeTurns(server, scene, rounds));
  } finally {
    server.stop();
  }
}

const root = join(import.meta.dirname, '../..');
/** Of addresses. */
const mostKiB = 6 * 1024 * 1024;

async function run(
  command: string,
  url: string,
  mostSeconds = 420,
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
          PATH: pathWithClients(root),
          ...{ AWS_ENDPOINT_URL: url, ...keys },
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
    return `${name.padEnd(42)}${seconds.toFixed(2).padStart(8)}${fastest.toFixed(2).padStart(8)}${rate.toFixed(0).padStart(10)}${(seconds / base.seconds).toFixed(1).padStart(8)}${cpu.toFixed(2).padStart(9)}${(cpu / base.cpu).toFixed(1).padStart(8)}${((cpu / (objects * size)) * 1e9).toFixed(2).padStart(10)}`;
  });
  return [
    title,
    `${''.padEnd(42)}${'s'.padStart(8)}${'fastest'.padStart(8)}${unit.padStart(10)}${'ratio'.padStart(8)}${'CPU s'.padStart(9)}${'ratio'.padStart(8)}${'CPU s/GB'.padStart(10)}`,
    ...rows,
    '',
  ].join('\n');
}
