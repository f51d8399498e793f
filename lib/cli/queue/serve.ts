import { Readable, Writable } from 'node:stream';
import type { StoredRequest } from '../../contract/run/run.ts';
import { LabError } from '../../contract/workload/errors.ts';
import type { Item, RunRequest, WorkloadSpec } from '../../contract/workload/workload.ts';
import { planRound } from '../../plan/plan-round.ts';
import { runIdOf } from '../../plan/run-id.ts';
import type { JobResources } from '../../queue/job-queue.ts';
import type { SubmittedRound } from '../../queue/open-jobs.ts';
import { headOperations } from '../../queue/queue-operations.ts';
import { serveLines } from '../../queue/serve-lines.ts';
import { openSession } from '../../queue/session.ts';
import { storeRound, storeRun } from '../../runs/store-round.ts';
import { readRun } from '../../runs/stored-run.ts';
import { submitRound } from '../../runs/submit-round.ts';
import type { Connection, Context } from '../context.ts';
import { writeAll } from '../output/output.ts';

/** Serves one head until its input ends; its jobs outlive that, unless it has said that they are not to. */
export async function serveQueue(context: Context, spec: WorkloadSpec): Promise<void> {
  let close: (() => Promise<void>) | undefined;
  const operations = headOperations(async given => {
    const session = await openHead(context, spec, given);
    close = session.close;
    return session;
  });
  const { out } = context.io;
  const answers = new Writable({
    decodeStrings: false,
    write: (text: string, _, done) => void writeAll(out, text).then(() => done(), done),
  });
  try {
    await serveLines(Readable.from(context.stdin), answers, operations);
  } finally {
    await close?.();
  }
}

async function openHead(context: Context, spec: WorkloadSpec, given: string | undefined) {
  const config = await context.config();
  if (!config.workloads[spec.name]?.enabled)
    throw new LabError({
      where: spec.name,
      message: 'is not enabled in lab.config.ts',
      fix: `${spec.name}: {} under workloads, and npm run deploy`,
    });
  const connection = await context.connect();
  const { store, batch, logs, deployment, endpoint } = connection;
  const run = { workload: spec.name, runId: given ?? runIdOf(context.now(), context.seed()) };
  if (given === undefined) await storeRun(store, run, requestOf(run.runId, config.name, spec, context), []);
  else await readRun(store, run);
  const { objectStores } = await import('../../aws/object-stores.ts');
  const objects = objectStores(endpoint);
  const plan = (round: number, items: readonly Item[], resources: JobResources) =>
    planRound({
      spec,
      config,
      request: requestFor(spec, resources, config.workloads[spec.name]?.pools ?? spec.pools),
      runId: run.runId,
      round,
      now: context.now(),
      queues: deployment.map.queues,
      work: { [spec.steps[0]!.name]: [{ items }] },
      adds: items.length,
    });
  return openSession({
    run,
    store,
    batch,
    objects: objects(deployment.outputBucket),
    objectsOf: objects,
    tail: async stream => (await logs.tail(stream, 100)).map(({ message }) => message).join('\n'),
    check: resources => void plan(0, [{ name: 'job' }], resources),
    submitRound: (round, items, resources) => send(connection, plan(round, items, resources), items),
    // On the twin all is near and free of charge.
    batchMs: context.local ? 1000 : 20_000,
    tickMs: context.local ? { first: 50, most: 500 } : { first: 2000, most: 15_000 },
  });
}

async function send(
  ports: Pick<Connection, 'store' | 'batch'>,
  { plan, files }: ReturnType<typeof planRound>,
  adds: readonly Item[],
): Promise<SubmittedRound> {
  await storeRound(ports.store, plan, files, adds);
  const jobs = await submitRound(ports, plan);
  const arrays = plan.steps[0]!.arrays.map(({ array, offset, size }) => ({
    offset,
    size,
    jobId: jobs.find(job => job.array === array)!.jobId,
  }));
  return { round: plan.round, arrays };
}

const requestOf = (runId: string, lab: string, spec: WorkloadSpec, context: Context): StoredRequest => ({
  version: 2,
  runId,
  lab,
  request: { workload: spec.name, parameters: {}, open: true },
  items: 0,
  createdAt: context.now().toISOString(),
});

/** What a job asks for as a request; its market is one of the workload's pools. Throws LabError. */
function requestFor(
  spec: WorkloadSpec,
  { vcpus, memoryMiB, timeoutSeconds, scratchGiB, image, market, pool }: JobResources,
  pools: readonly string[],
): RunRequest {
  if (image !== undefined)
    throw new LabError({
      where: `docker_image ${image}`,
      message: 'a job runs in the image of its workload',
      fix: `put its tools into that: workloads.${spec.name}.image in lab.config.ts, or BASE of its Dockerfile; and leave docker_image out`,
    });
  if (scratchGiB !== undefined && scratchGiB > spec.scratchGiB)
    throw new LabError({
      where: `disk ${scratchGiB}`,
      message: `a job of ${spec.name} has ${spec.scratchGiB} GiB of scratch for sure`,
      fix: 'scratchGiB in jobs/pypeliner.ts says how much, and pools.<name>.scratch in lab.config.ts how much a host has',
    });
  const ofMarket = pools.find(name => name.includes('spot') === (market === 'spot'));
  return {
    workload: spec.name,
    parameters: {},
    open: true,
    vcpus,
    memoryMiB,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    pool: pool ?? ofMarket ?? pools[0]!,
  };
}
