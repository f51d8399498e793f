import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BatchClient, DescribeJobsCommand, SubmitJobCommand } from '@aws-sdk/client-batch';
import { deploymentOf } from '../../lib/aws/deployment.ts';
import { fixedKeys } from '../../lib/aws/wire/credentials.ts';
import { wireStore } from '../../lib/aws/wire/store.ts';
import { runUri } from '../../lib/contract/run/keys.ts';
import { scratchSentinel } from '../../lib/contract/workload/env.ts';
import { storeRound } from '../../lib/runs/store-round.ts';
import type { Twin } from '../../lib/twin/twin.ts';
import { oneStepRound } from '../../test/helpers/one-step-round.ts';

const program = 'parallel';

/**
 * An array of children that do nothing, on the twin and by GNU parallel: the same entrypoint with the same S3, as many at once. Of
 * each the time from its start to the end of the last child, and the processor seconds of all that runs, the twin among it.
 */
export async function twinChildren(projectRoot: string, rounds: number, children = 1000): Promise<string> {
  const title = `twin-children: ${children} children that do nothing, ${cpus().length} at once`;
  if (process.platform !== 'linux') return `${title}\nleft out: what processes take is read from /proc\n`;
  if (spawnSync(program, ['--version']).status !== 0)
    return `${title}\nleft out: GNU parallel is not here (apt-get install parallel)\n`;
  // In memory: on ext4 half of the twin's time is a search for inodes that were not freed in the last seconds.
  const folder = await mkdtemp('/dev/shm/lab-bench-twin-');
  const host = fork(join(import.meta.dirname, 'serve.ts'), [projectRoot, folder]);
  try {
    const twin = await new Promise<Pick<Twin, 'url' | 'keys' | 'outputs'>>((done, fail) => {
      host.once('message', message => done(message as Twin));
      host.once('exit', code => fail(new Error(`the twin exited with ${code}`)));
    });
    const bench = await prepare(folder, host, twin, children);
    const taken: [ours: Taken, theirs: Taken][] = [];
    for (let round = 0; round < rounds; round++)
      taken.push([await measured(bench, onTheTwin), await measured(bench, byParallel)]);
    const line = (name: string, of: (pair: [Taken, Taken]) => Taken): string =>
      `${name.padEnd(44)}${[
        median(taken.map(pair => of(pair).seconds)),
        median(taken.map(pair => of(pair).cpuSeconds)),
      ]
        .map(value => value.toFixed(1).padStart(10))
        .join('')}`;
    const ratio = (of: (each: Taken) => number): string =>
      median(taken.map(([ours, theirs]) => of(ours) / of(theirs))).toFixed(2);
    return [
      title,
      `${''.padEnd(44)}${'s'.padStart(10)}${'CPU s'.padStart(10)}`,
      line('the twin', ([ours]) => ours),
      line('GNU parallel', ([, theirs]) => theirs),
      `${ratio(each => each.seconds)} of its time, ${ratio(each => each.cpuSeconds)} of its processor seconds (medians of ${rounds} pairs)\n`,
    ].join('\n');
  } finally {
    if (host.connected) host.send('close');
    await Promise.race([new Promise(done => host.once('exit', done)), sleep(10_000).then(() => host.kill())]);
    await rm(folder, { recursive: true, force: true });
  }
}

interface Taken {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

interface Bench {
  readonly folder: string;
  readonly host: ChildProcess;
  readonly children: number;
  readonly url: string;
  readonly keys: Twin['keys']['members'];
  readonly jobQueue: string;
  readonly jobDefinition: string;
  /** Stores a new run and answers what its containers are told. */
  newRun(): Promise<Record<string, string>>;
}

async function prepare(
  folder: string,
  host: ChildProcess,
  { url, keys, outputs }: Pick<Twin, 'url' | 'keys' | 'outputs'>,
  children: number,
): Promise<Bench> {
  const { map, outputBucket } = deploymentOf(outputs, 'flows');
  const store = wireStore({
    bucket: outputBucket,
    region: 'us-east-1',
    credentials: fixedKeys(keys.members),
    endpoint: url,
  });
  const scratch = join(folder, 'scratch');
  await mkdir(scratch);
  await writeFile(join(scratch, scratchSentinel), '');
  return {
    folder,
    host,
    children,
    url,
    keys: keys.members,
    jobQueue: Object.values(map.queues)[0]!,
    jobDefinition: Object.values(map.workloads.pypeliner!.jobDefinitions)[0]!,
    newRun: async () => {
      const run = { workload: 'pypeliner', runId: randomUUID() };
      const shards = Array.from({ length: children }, (_, i) => [{ name: `item-${i}` }]);
      const { plan, files } = oneStepRound(run, shards);
      await storeRound(store, plan, files);
      return {
        LAB_RUN: runUri(outputBucket, run),
        LAB_STEP: 'run',
        LAB_ROUND: '0',
        LAB_ARRAY: '0',
        LAB_SHARD_OFFSET: '0',
      };
    },
  };
}

async function onTheTwin(
  { url, keys, children, jobQueue, jobDefinition }: Bench,
  run: Record<string, string>,
) {
  const batch = new BatchClient({ region: 'us-east-1', endpoint: url, credentials: keys });
  const { jobId = '' } = await batch.send(
    new SubmitJobCommand({
      jobName: 'no-op',
      jobQueue,
      jobDefinition,
      arrayProperties: { size: children },
      containerOverrides: {
        environment: Object.entries(run).map(([name, value]) => ({ name, value })),
        resourceRequirements: [
          { type: 'VCPU', value: '1' },
          { type: 'MEMORY', value: '512' },
        ],
      },
    }),
  );
  for (;;) {
    const { jobs: [job] = [] } = await batch.send(new DescribeJobsCommand({ jobs: [jobId] }));
    if (job?.status === 'SUCCEEDED') break;
    if (job?.status === 'FAILED') throw new Error(`children failed: ${job.statusReason}`);
    await sleep(200);
  }
  batch.destroy();
}

async function byParallel({ folder, url, keys, children }: Bench, run: Record<string, string>) {
  const bundle = join(folder, 'dist/containers/pypeliner.mjs');
  const each = `AWS_BATCH_JOB_ID=${randomUUID()}:{} AWS_BATCH_JOB_ARRAY_INDEX={} ${process.execPath} ${bundle}`;
  const child = spawn(program, ['--halt', 'now,fail=1', '-j', String(cpus().length), each], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: {
      ...run,
      PATH: process.env.PATH,
      HOME: folder,
      LAB_SCRATCH: join(folder, 'scratch'),
      LAB_SCRATCH_CHECK: 'marker',
      LAB_MOUNTS_BY: 'download',
      AWS_BATCH_JOB_ATTEMPT: '1',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: url,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    },
  });
  child.stdin.end(Array.from({ length: children }, (_, i) => `${i}\n`).join(''));
  const code = await new Promise(done => child.once('exit', done));
  if (code !== 0) throw new Error(`parallel exited with ${code}`);
}

async function measured(
  bench: Bench,
  way: (bench: Bench, run: Record<string, string>) => Promise<void>,
): Promise<Taken> {
  const run = await bench.newRun();
  const used = (): number => cpuSecondsOf(bench.host.pid!).all + cpuSecondsOf(process.pid).children;
  const before = used();
  const began = performance.now();
  await way(bench, run);
  return { seconds: (performance.now() - began) / 1000, cpuSeconds: used() - before };
}

/** utime, stime, cutime and cstime of proc_pid_stat(5): children are those that have ended and were waited for. */
function cpuSecondsOf(pid: number): { readonly all: number; readonly children: number } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(ticks => Number(ticks) / ticksASecond);
  return { all: user + system + childUser + childSystem, children: childUser + childSystem };
}

/** USER_HZ, which is 100 wherever Linux runs Node. */
const ticksASecond = 100;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
