import type { WaitingJob } from '../../contract/ports/account.ts';
import { type Check, type Finding, ok, type Scope } from '../finding.ts';
import { isDeployed, poolStates } from '../pool-states.ts';
import { hostActions, waitingFacts } from '../waiting-facts.ts';
import { explainWaiting, type Reason, type WaitingFacts } from '../waiting-reason.ts';

/** Jobs that are looked at in a queue; the rest waits for the same reasons. */
const mostJobs = 200;

interface Fact {
  readonly facts: WaitingFacts;
  readonly jobs: readonly WaitingJob[];
}

/** Every RUNNABLE job of the lab's queues, with the reason. */
export const waiting: Check<readonly Fact[]> = {
  name: 'waiting jobs',
  needs: ['batch:ListJobs', 'batch:DescribeJobs', 'batch:DescribeJobQueues', ...hostActions],
  async gather(account, scope) {
    const pools = (await poolStates(account, scope)).filter(isDeployed);
    return Promise.all(
      pools.map(async pool => {
        const jobs = await account.waiting(pool.queueName, mostJobs);
        const withHosts = jobs.length > 0 && !scope.local;
        return { jobs, facts: await waitingFacts(account, scope.config.name, pool, withHosts) };
      }),
    );
  },
  judge: (pools, scope) => {
    const findings = pools.flatMap(({ jobs, facts }) => judgePool(jobs, facts, scope));
    return findings.length > 0 ? findings : [ok('none waits for a host')];
  },
};

/** One finding for all the jobs that wait for one reason. */
function judgePool(jobs: readonly WaitingJob[], facts: WaitingFacts, { now }: Scope): readonly Finding[] {
  const groups = new Map<string, { reason: Reason; jobs: WaitingJob[] }>();
  for (const job of jobs) {
    const reason = explainWaiting(job, facts, now, jobs.slice(0, jobs.indexOf(job)));
    const key = `${reason.text}\u0000${reason.fix ?? ''}`;
    const group = groups.get(key) ?? { reason, jobs: [] };
    group.jobs.push(job);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ reason, jobs: [first, ...others] }) => ({
    ...reason,
    text: `${nameOf(first!)}${others.length > 0 ? ` and ${others.length} more` : ''}: ${reason.text}`,
  }));
}

const nameOf = ({ jobName, children }: WaitingJob): string =>
  children === undefined ? jobName : `${jobName} (${children.toLocaleString('en-US')} of its children wait)`;
