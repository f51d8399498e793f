import { join } from 'node:path';
import { withListedKinds } from '../../config/listed-kinds.ts';
import type { JobGroup, OpenRunPorts } from '../../contract/ports/open-run.ts';
import type { StoredRequest } from '../../contract/run/run.ts';
import { LabError } from '../../contract/workload/errors.ts';
import type { WorkloadSpec } from '../../contract/workload/workload.ts';
import { planRound } from '../../plan/plan-round.ts';
import { runIdOf } from '../../plan/run-id.ts';
import { storeRun } from '../../runs/store-round.ts';
import { readStoredRequest } from '../../runs/stored-run.ts';
import type { Context } from '../context.ts';
import { laneOfJob } from './lane-of-job.ts';
import { openRounds } from './open-rounds.ts';

/** An open run of a workload: the one of this id, or a new one. Throws LabError. */
export async function serveOpenRun(
  context: Context,
  known: WorkloadSpec,
  given: string | undefined,
): Promise<OpenRunPorts> {
  const config = await context.config();
  const workload = config.workloads[known.name];
  if (!workload?.enabled)
    throw new LabError({
      where: known.name,
      message: 'is not enabled in lab.config.ts',
      fix: `${known.name}: {} under workloads, and npm run deploy`,
    });
  const spec = withListedKinds(known, workload);
  const connection = await context.connect();
  const { store, batch, changes, logs, deployment, endpoint } = connection;
  connection.runJobs();
  const run = { workload: spec.name, runId: given ?? runIdOf(context.now(), context.seed()) };
  if (given === undefined) await storeRun(store, run, requestOf(run.runId, config.name, spec, context), []);
  else await readStoredRequest(store, run);
  const { objectStores } = await import('../../aws/object-stores.ts');
  const objects = objectStores(endpoint);
  const outputs = objects(deployment.outputBucket);
  const plan = (round: number, groups: readonly JobGroup[]) =>
    planRound({
      spec,
      config,
      request: { workload: spec.name, parameters: {}, open: true },
      runId: run.runId,
      round,
      now: context.now(),
      queues: deployment.map.queues,
      work: {
        [spec.steps[0]!.name]: groups.map(({ items, resources }) => ({
          items,
          change: laneOfJob(spec, config, resources),
        })),
      },
      adds: groups.reduce((sum, { items }) => sum + items.length, 0),
    });
  return {
    run,
    // The small client: a workflow's head sends thousands of pickles.
    store: outputs,
    batch,
    objects: outputs,
    objectsOf: objects,
    tail: async stream => (await logs.tail(stream, 100)).map(({ message }) => message).join('\n'),
    resumeFolder: join(context.projectRoot, '.lab', 'uploads'),
    check: resources => void plan(0, [{ items: [{ name: 'job' }], resources }]),
    // On the twin all is near and free of charge.
    ...openRounds({ store: outputs, batch, changes }, { batchMs: context.local ? 3000 : 20_000 }, plan),
    tickMs: context.local ? { first: 100, most: 500 } : { first: 2000, most: 15_000 },
  };
}

const requestOf = (runId: string, lab: string, spec: WorkloadSpec, context: Context): StoredRequest => ({
  version: 2,
  runId,
  lab,
  request: { workload: spec.name, parameters: {}, open: true },
  items: 0,
  createdAt: context.now().toISOString(),
});
