import { demandText, hostsFor, largest } from '../contract/hosts/fitting.ts';
import type { WaitingJob } from '../contract/ports/account.ts';
import { environmentFinding } from './environment-finding.ts';
import type { CheckOutcome } from './finding.ts';
import { explainHosts, type HostFacts, joinMinutes } from './hosts.ts';
import type { PoolState } from './pool-states.ts';

export interface WaitingFacts {
  readonly pool: PoolState;
  /** By environment; left out where they could not be asked. */
  readonly hosts: readonly HostFacts[];
  /** Why hosts could not be asked. */
  readonly hostsUnchecked?: string;
}

export interface Reason {
  /** `ok` where waiting is as it should be. */
  readonly outcome: Exclude<CheckOutcome, 'unchecked'>;
  readonly text: string;
  readonly fix?: string;
}

/**
 * Why a RUNNABLE job waits, in one sentence with one fix. What is wrong with queue and environments comes before what
 * Batch says of the job, and that before what the hosts show. `before`: jobs of its queue that have waited longer.
 */
export function explainWaiting(
  job: WaitingJob,
  facts: WaitingFacts,
  now: Date,
  before: readonly WaitingJob[] = [],
): Reason {
  const { pool } = facts;
  return (
    badQueue(pool) ??
    badEnvironments(pool) ??
    batchSays(job, pool) ??
    tooLarge(job, pool) ??
    isBehind(before, pool) ??
    hostsShow(job, facts, now) ??
    itsTurn(job, facts, now)
  );
}

const failed = (text: string, fix: string): Reason => ({ outcome: 'fail', text, fix });

function badQueue({ queue, pool }: PoolState): Reason | undefined {
  if (!queue) return failed(`the queue of ${pool} is not there any more`, 'npm run deploy');
  // A disabled queue takes no jobs, and goes on with those that it has.
  if (queue.status === 'INVALID')
    return failed(
      `the queue of ${pool} is INVALID${queue.statusReason ? `: ${queue.statusReason}` : ''}`,
      'lab doctor’s environments line; then npm run deploy',
    );
  return undefined;
}

function badEnvironments({ pool, environments }: PoolState): Reason | undefined {
  const judged = environments.map(each => environmentFinding(pool, each));
  const bad = judged.filter(each => each.outcome === 'fail');
  if (bad.length === 0 || bad.length < judged.length) return undefined;
  return failed(`its compute environment ${bad[0]!.text}`, bad[0]!.fix!);
}

/** The reasons that Batch detects: docs.aws.amazon.com/batch, job_stuck_in_runnable. */
function batchSays(job: WaitingJob, { pool, environments }: PoolState): Reason | undefined {
  const reason = job.statusReason ?? '';
  const asked =
    job.vcpus === undefined || job.memoryMiB === undefined
      ? 'more'
      : demandText({ vcpus: job.vcpus, memoryMiB: job.memoryMiB });
  const types = [...new Set(environments.flatMap(each => each.instanceTypes))];
  if (reason.includes('COMPUTE_ENVIRONMENT_MAX_RESOURCE'))
    return failed(
      `it asks for ${asked}, and ${pool} may have ${maxvCpus(environments)} vCPUs in all`,
      `pools.${pool}.maxvCpus in lab.config.ts, then npm run deploy; or npx lab retry --vcpus with fewer`,
    );
  if (reason.includes('JOB_RESOURCE_REQUIREMENT')) return tooLargeFor(asked, pool, types);
  if (reason.includes('INSUFFICIENT_INSTANCE_CAPACITY')) {
    const named = /instance type \[?([a-z0-9.-]+)/i.exec(reason)?.[1];
    return failed(
      `EC2 has no ${named ?? types.join(', ')} to give at this time`,
      `wait, or more types in pools.${pool}.instanceTypes, or npx lab retry --pool another`,
    );
  }
  if (reason.includes('EC2_INSTANCE_CONFIGURATION_UNSUPPORTED'))
    return failed(
      `${types.join(', ')} are not to be had in the pool’s zones with its launch template`,
      `npx lab doctor, its instance types line; then pools.${pool}.instanceTypes in lab.config.ts`,
    );
  if (reason.includes('SERVICE_ROLE_PERMISSIONS'))
    return failed(
      'Batch’s service role may not do what it needs',
      'aws iam create-service-linked-role --aws-service-name batch.amazonaws.com, then npm run deploy',
    );
  if (reason.includes('ACTION_REQUIRED'))
    return failed(
      `every environment of ${pool} is INVALID`,
      'npx lab doctor, whose environments line has the reason',
    );
  return undefined;
}

function tooLarge(job: WaitingJob, { pool, environments }: PoolState): Reason | undefined {
  if (job.vcpus === undefined || job.memoryMiB === undefined) return undefined;
  const demand = { vcpus: job.vcpus, memoryMiB: job.memoryMiB };
  const types = [...new Set(environments.flatMap(each => each.instanceTypes))];
  if (largest(types) && hostsFor(demand, types).length === 0)
    return tooLargeFor(demandText(demand), pool, types);
  if (environments.length > 0 && job.vcpus > maxvCpus(environments))
    return failed(
      `it asks for ${job.vcpus} vCPUs, and ${pool} may have ${maxvCpus(environments)} in all`,
      `pools.${pool}.maxvCpus in lab.config.ts, then npm run deploy`,
    );
  return undefined;
}

/** A queue is first in, first out: a job that fits no host holds back all that come after it. */
function isBehind(before: readonly WaitingJob[], pool: PoolState): Reason | undefined {
  const head = before.find(
    each => /MAX_RESOURCE|RESOURCE_REQUIREMENT/.test(each.statusReason ?? '') || tooLarge(each, pool),
  );
  if (!head) return undefined;
  return {
    outcome: 'warn',
    text: `it waits behind ${head.jobName}, which fits no host of ${pool.pool}`,
    fix: `aws batch terminate-job --job-id ${head.jobId} --reason 'fits no host'; or Batch cancels it, 20 minutes after it came to the head of the queue`,
  };
}

function tooLargeFor(asked: string, pool: string, types: readonly string[]): Reason {
  const most = largest(types);
  return failed(
    `it asks for ${asked}, and the largest host of ${pool} gives a job ${most ? demandText(most) : 'less'}`,
    `npx lab retry --memory with less, or a larger type in pools.${pool}.instanceTypes`,
  );
}

function hostsShow(job: WaitingJob, { hosts, pool }: WaitingFacts, now: Date): Reason | undefined {
  if (waitedMinutes(job, now) < joinMinutes) return undefined;
  if (hosts.length === 0 || hosts.some(each => isWorking(each))) return undefined;
  for (const each of hosts) {
    const told = explainHosts(each, new Date(job.createdAt), now);
    if (told) return failed(told.text, told.fix.replaceAll('<pool>', pool.pool));
  }
  return undefined;
}

const isWorking = ({ joined }: HostFacts): boolean =>
  joined.some(host => host.connected && host.status === 'ACTIVE');

/** Nothing is wrong that we know of. */
function itsTurn(job: WaitingJob, facts: WaitingFacts, now: Date): Reason {
  const { pool, environments } = facts.pool;
  const minutes = waitedMinutes(job, now);
  const used = environments.reduce((sum, each) => sum + each.desiredvCpus, 0);
  if (environments.length > 0 && used >= maxvCpus(environments))
    return {
      outcome: 'ok',
      text: `${pool} has all of its ${maxvCpus(environments)} vCPUs: it waits for its turn`,
    };
  if (minutes < joinMinutes)
    return { outcome: 'ok', text: `${minutes} min: hosts take some minutes to start` };
  if (facts.hosts.some(isWorking)) return { outcome: 'ok', text: 'hosts are at work: it waits for its turn' };
  if (job.statusReason?.startsWith('UNDETERMINED'))
    return failed(
      'Batch says that it is blocked, and not by what',
      'aws batch describe-jobs; AWS’s page "Jobs stuck in a RUNNABLE status"',
    );
  const unknown = facts.hostsUnchecked ? `; its hosts: ${facts.hostsUnchecked}` : '';
  return {
    outcome: 'warn',
    text: `${minutes} min, and Batch gives no reason${unknown}`,
    fix: 'npx lab doctor, again in some minutes',
  };
}

const maxvCpus = (environments: PoolState['environments']): number =>
  environments.reduce((sum, each) => sum + each.maxvCpus, 0);

const waitedMinutes = (job: WaitingJob, now: Date): number =>
  Math.max(0, Math.floor((now.getTime() - job.createdAt) / 60_000));
