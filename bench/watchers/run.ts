/** `node run.ts PROJECT FOLDER`: ten watchers of one run, in simulated time; what they asked for as JSON on standard output. */

import { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import timers from 'node:timers/promises';
import { workloads } from '../../jobs/index.ts';
import type { Context } from '../../lib/cli/context.ts';
import { prepareTwin } from '../../lib/cli/twin/start.ts';
import { defineLab } from '../../lib/config/define-lab.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { claimKey, doneKey, resultKey } from '../../lib/contract/run/keys.ts';
import { encodeOutcome } from '../../lib/contract/run/outcome.ts';
import type { AttemptRecord } from '../../lib/contract/run/records.ts';
import type { WorkloadSpec } from '../../lib/contract/workload/workload.ts';
import { storeRound, storeRun } from '../../lib/runs/store-round.ts';
import { startBatch } from '../../lib/twin/batch/start-batch.ts';
import type { RunContainer } from '../../lib/twin/batch/types.ts';
import { simulatedClock } from '../../lib/twin/simulated-clock.ts';
import { readTwinStack } from '../../lib/twin/template/twin-stack.ts';
import { oneStepRound } from '../../test/helpers/one-step-round.ts';
import { type Calls, rateOf, SortedBucket, until, watchersBatch } from './simulated-account.ts';

const [projectRoot = '', folder = '', failedText = '0'] = process.argv.slice(2);
const failedEvery = Number(failedText);
const watchers = 10;
const children = 10_000;
const startAt = Date.UTC(2026, 0, 1);
const minute = 60_000;

const clock = simulatedClock({ startAt });
// Whoever waits, waits in simulated time.
timers.setTimeout = (async (ms: number) => until(clock, ms)) as typeof timers.setTimeout;
syncBuiltinESMExports();
performance.now = () => clock.now() - startAt;
Date.now = () => clock.now();

const input = defineLab({
  name: 'flows',
  workloads: { pypeliner: {} },
  pools: { 'x86-ondemand': { maxvCpus: 20_000 }, 'x86-spot': { maxvCpus: 20_000 } },
});
const configFile = join(folder, 'lab.config.json');
writeFileSync(configFile, JSON.stringify(input));
const config = resolveConfig(input, workloads);
const template = await prepareTwin(
  {
    projectRoot,
    configFile,
    folder: join(folder, 'twin'),
    templates: join(projectRoot, '.lab', 'templates'),
    tools: [],
  },
  config,
  () => undefined,
);
const resources = readTwinStack(template, { region: config.region, account: '000000000000' });

const run = { workload: 'scan', runId: '20260101t000000z-abcdef' };
const bucket = new SortedBucket();
const own: Calls = { batch: {}, s3: 0, throttled: 0 };
const store = bucket.store(clock, own);
const items = Array.from({ length: children }, (_, i) => ({ name: `p${String(i).padStart(5, '0')}` }));
const arrays = [{ array: 0, offset: 0, size: children, jobName: 'job', lane: 0, after: [] }];
const { plan, files } = oneStepRound(
  run,
  items.map(item => [item]),
  { step: { arrays } },
);
const { lab, request, createdAt } = plan;
const stored = { version: 2 as const, runId: run.runId, lab, request, createdAt, items: children };
await storeRun(store, run, stored, items);
await storeRound(store, plan, files);

/** As long for each as its number says, from 10 minutes to 30; then it leaves what every container leaves. */
const container: RunContainer = ({ jobId, attempt, environment }) => {
  const shard = Number(environment.AWS_BATCH_JOB_ARRAY_INDEX);
  const started = clock.now();
  const isBad = failedEvery > 0 && shard % failedEvery === failedEvery - 1;
  const ended = until(clock, 10 * minute + ((shard * 7919) % children) * ((20 * minute) / children)).then(
    () => {
      const at = { round: 0, step: 'run', shard, jobId, attempt };
      const name = items[shard]!.name;
      const record: AttemptRecord = {
        ...{ version: 2, runId: run.runId, ...at, exitCode: isBad ? 1 : 0 },
        startedAt: new Date(started).toISOString(),
        endedAt: new Date(clock.now()).toISOString(),
        items: [
          isBad
            ? { name, state: 'failed', exitCode: 1, reason: 'run.sh exited with 1' }
            : { name, state: 'done' },
        ],
      };
      const outcome = isBad ? encodeOutcome(record, [name]) : undefined;
      bucket.set(resultKey(run, at, { outcome }), JSON.stringify(record));
      if (!isBad) bucket.set(doneKey(run, at), '{}');
      return { exitCode: isBad ? 1 : 0 };
    },
  );
  return { signal: () => undefined, exited: ended };
};
const batch = await startBatch({
  ...{
    folder: join(folder, 'batch'),
    region: config.region,
    account: '000000000000',
    resources,
    clock,
    seed: 1,
  },
  run: container,
  logs: { append: () => undefined },
  ...{ cpus: Number.POSITIVE_INFINITY, memoryMiB: Number.POSITIVE_INFINITY },
  // As AWS: hosts take minutes, and a summary is up to a minute old.
  pace: { submittedMs: 5000, startingMs: 20_000, hostBootMs: 90_000, statusSummaryLagMs: minute },
});
batch.start();
const queue = resources.queues[0]?.name;
const definition = resources.jobDefinitions[0]!.name;
const submitted = (await batch.call({
  action: 'SubmitJob',
  accessKeyId: '',
  input: {
    ...{ jobName: 'job', jobQueue: queue, jobDefinition: definition, arrayProperties: { size: children } },
    containerOverrides: {
      resourceRequirements: [
        { type: 'VCPU', value: '1' },
        { type: 'MEMORY', value: '512' },
      ],
    },
  },
})) as { readonly jobId: string };
bucket.set(claimKey(run, 0, 'run', 0), JSON.stringify({ jobId: submitted.jobId }));

const { followToEnd } = await import('../../lib/cli/watch/follow.ts');
const { openRun } = await import('../../lib/runs/open-run.ts');
const spec = {
  name: 'scan',
  item: { one: 'participant', many: 'participants' },
  steps: [{ name: 'run', takes: 'item' }],
};
const rate = rateOf(clock);

interface Look {
  /** Minutes since the run began. */
  readonly at: number;
  readonly batch: number;
  readonly s3: number;
  /** Items that had come to an end. */
  readonly ended: number;
  readonly running: number;
}

async function watch(index: number) {
  // They come one after the other, and one of them as another does.
  await until(clock, Math.floor(index / 2) * 7000);
  const calls: Calls = { batch: {}, s3: 0, throttled: 0 };
  const sum = (): number => Object.values(calls.batch).reduce((all, each) => all + each, 0);
  const opened = await openRun(
    { store: bucket.store(clock, calls), batch: watchersBatch(batch, clock, rate, calls) } as never,
    [spec as unknown as WorkloadSpec],
    run.runId,
  );
  const looks: Look[] = [];
  const open = {
    ...opened,
    ledger: async (options: Parameters<typeof opened.ledger>[0]) => {
      const before = { batch: sum(), s3: calls.s3 };
      const ledger = await opened.ledger(options);
      const { running, waiting } = ledger.counts;
      looks.push({
        at: (clock.now() - startAt) / minute,
        batch: sum() - before.batch,
        s3: calls.s3 - before.s3,
        ended: children - running - waiting,
        running,
      });
      return ledger;
    },
  };
  const quiet = { write: () => true };
  const context = {
    ...{ json: false, local: false, io: { out: quiet, err: quiet }, signal: new AbortController().signal },
    ...{ now: () => new Date(clock.now()), say: () => undefined, print: () => undefined, suffix: '' },
  } as unknown as Context;
  const ledger = await followToEnd(context, open as never);
  return { looks, calls, counts: ledger?.counts };
}

const cpu = process.cpuUsage();
const seen = await Promise.all(Array.from({ length: watchers }, (_, index) => watch(index)));
const { user, system } = process.cpuUsage(cpu);
await batch.close();
process.stdout.write(
  JSON.stringify({
    watchers: seen,
    cpuSeconds: (user + system) / 1e6,
    minutes: (clock.now() - startAt) / minute,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  }),
);
