import type { BatchPort, JobSubmission, Store } from '../contract/ports/ports.ts';
import { claimArray, closedClaim, readClaim } from '../contract/run/claim.ts';
import { jobParameters } from '../contract/run/job-parameters.ts';
import { runUri } from '../contract/run/keys.ts';
import type { PlannedArray, PlannedStep, RoundPlan } from '../contract/run/run.ts';
import { env } from '../contract/workload/env.ts';
import { LabError } from '../contract/workload/errors.ts';
import { exitCodes } from '../contract/workload/exit-codes.ts';

export interface Submitted {
  readonly step: string;
  readonly array: number;
  readonly jobId: string;
  /** Whether this call sent it, or found it sent before. */
  readonly sent: boolean;
}

/**
 * Submits what of a stored round is not submitted yet; the first submission, `--resume` and each retry all come through
 * here. Safe to call again after any interruption: what has a claim is never sent, what has none is looked up by name
 * first (but in a run that is new), and of two jobs for one array only the one that holds the claim works.
 */
export async function submitRound(
  ports: { readonly store: Store; readonly batch: BatchPort },
  plan: RoundPlan,
  onSubmitted: (job: Submitted) => void = () => {},
  /** Its plan was stored by this call for the first time: nobody has sent anything of it, so no name is looked up. */
  isNew = false,
): Promise<readonly Submitted[]> {
  if (plan.parallel) await ports.batch.createConsumableResource(plan.parallel.resource, plan.parallel.total);
  const jobs: Submitted[] = [];
  for (const step of plan.steps) {
    for (const array of step.arrays) {
      const dependsOn = array.after.map(({ step, array, each }) => {
        const { jobId } = jobs.find(job => job.step === step && job.array === array)!;
        return { jobId, ...(each ? { type: 'N_TO_N' as const } : {}) };
      });
      const job = await submitArray(ports, plan, step, array, dependsOn, isNew);
      jobs.push(job);
      onSubmitted(job);
    }
  }
  return jobs;
}

async function submitArray(
  { store, batch }: { store: Store; batch: BatchPort },
  plan: RoundPlan,
  step: PlannedStep,
  array: PlannedArray,
  dependsOn: JobSubmission['dependsOn'],
  isNew: boolean,
): Promise<Submitted> {
  const at = { round: plan.round, step: step.name, array: array.array };
  const claimed = await readClaim(store, plan, at);
  if (claimed) return { step: step.name, array: array.array, jobId: notClosed(claimed, plan), sent: false };

  const { jobQueue } = step.lanes[array.lane]!;
  const found = isNew ? undefined : (await batch.findByName(jobQueue, array.jobName)).at(-1);
  const jobId = found?.jobId ?? (await send(batch, submissionOf(store, plan, step, array, dependsOn)));
  const winner = notClosed(await claimArray(store, plan, at, jobId).catch(orphan(jobId, plan)), plan);
  // Ours came second: its children would find the other's claim and stop, so it need not even start.
  if (winner !== jobId && !found)
    await batch.terminate(jobId, `a duplicate of ${winner}`).catch(() => undefined);
  return { step: step.name, array: array.array, jobId: winner, sent: !found && winner === jobId };
}

/** One SubmitJob. A lost answer is looked up by name: SubmitJob has no idempotency token. */
async function send(batch: BatchPort, job: JobSubmission): Promise<string> {
  try {
    return (await batch.submit(job)).jobId;
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status !== undefined && status < 500 && status !== 429) throw error;
    const found = (await batch.findByName(job.jobQueue, job.jobName).catch(() => [])).at(-1);
    if (found) return found.jobId;
    throw error;
  }
}

function submissionOf(
  store: Store,
  plan: RoundPlan,
  step: PlannedStep,
  array: PlannedArray,
  dependsOn: JobSubmission['dependsOn'],
): JobSubmission {
  const lane = step.lanes[array.lane]!;
  return {
    jobName: array.jobName,
    jobQueue: lane.jobQueue,
    jobDefinition: lane.jobDefinition,
    ...(array.size > 1 ? { arraySize: array.size } : {}),
    ...(lane.nodes === undefined ? {} : { nodes: lane.nodes }),
    dependsOn,
    environment: {
      [env.run]: runUri(store.bucket, plan),
      [env.step]: step.name,
      [env.round]: String(plan.round),
      [env.array]: String(array.array),
      [env.shardOffset]: String(array.offset),
      ...(array.holds ? { [env.holds]: '1' } : {}),
      ...(lane.scratchGiB === undefined ? {} : { [env.scratchGiB]: String(lane.scratchGiB) }),
    },
    vcpus: lane.vcpus,
    memoryMiB: lane.memoryMiB,
    timeoutSeconds: lane.timeoutSeconds,
    attempts: lane.attempts,
    // A job for the whole run is one at a time anyhow, and would only keep others from their turn.
    ...(plan.parallel && step.takes !== 'run' ? { consumableResource: plan.parallel.resource } : {}),
    // A canary is not the end: what it holds is, and that ends with it where it fails.
    ...(isLast(plan, step) && !array.holds
      ? { parameters: { [jobParameters.lastStep]: 'yes', [jobParameters.run]: plan.runId } }
      : {}),
    tags: { 'arraylab:lab': plan.lab, 'arraylab:workload': plan.workload, 'arraylab:run': plan.runId },
  };
}

/** Whether no step of the round comes after it. */
const isLast = (plan: RoundPlan, { name }: PlannedStep): boolean =>
  !plan.steps.some(step => step.dependsOn.some(edge => edge.step === name));

function notClosed(claim: string, plan: RoundPlan): string {
  if (claim !== closedClaim) return claim;
  throw new LabError(
    {
      where: plan.runId,
      message: `round ${plan.round} was closed by a cancel or a retry`,
      fix: `npx lab status ${plan.runId}`,
    },
    exitCodes.toMend,
  );
}

/** The job is in Batch and unclaimed: its children will claim it, so nothing is lost; say how to go on. */
function orphan(jobId: string, plan: RoundPlan): (error: unknown) => never {
  return error => {
    throw new LabError(
      {
        where: plan.runId,
        message: `job ${jobId} is submitted, but its claim could not be stored: ${(error as Error).message}`,
        fix: `npx lab submit --resume ${plan.runId}`,
      },
      exitCodes.service,
    );
  };
}
