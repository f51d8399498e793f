import type { JobState } from '../../contract/ports/account.ts';
import { overridesHelp, tooSmall } from '../../contract/workload/raw-jobs.ts';
import { deployed } from '../deployed.ts';
import { type Check, fail, NotChecked, ok, type Scope, warn } from '../finding.ts';
import { queueStates } from '../pool-states.ts';
import { hostActions, waitingFacts } from '../waiting-facts.ts';
import { explainWaiting, type WaitingFacts } from '../waiting-reason.ts';

interface Facts {
  readonly job: JobState | undefined;
  readonly facts?: WaitingFacts;
}

/** The one job that was asked for: what it is doing, or why it waits. */
export const job: Check<Facts> = {
  name: 'job',
  needs: ['batch:DescribeJobs', 'batch:DescribeJobQueues', ...hostActions],
  async gather(account, scope) {
    if (!scope.jobId) throw new NotChecked('no job was asked for');
    const found = await account.job(scope.jobId);
    const isWaiting = found?.status === 'RUNNABLE' || (found?.children ?? 0) > 0;
    if (!found || !isWaiting) return { job: found };
    const queue = found.queue.split('/').at(-1)!;
    const stack = await deployed(account, scope).catch(() => undefined);
    const pools = Object.entries(stack?.map.queues ?? {});
    // The job may be of a queue that is not the lab's.
    const name = pools.find(([, each]) => each === queue)?.[0] ?? queue;
    const [pool] = await queueStates(account, { [name]: queue });
    return { job: found, facts: await waitingFacts(account, scope.config.name, pool!, !scope.local) };
  },
  judge({ job: found, facts }, { jobId, now, suffix }: Scope) {
    if (!found)
      return [
        fail(`Batch knows no job ${jobId}: it forgets some days after a job ends`, `npx lab runs${suffix}`),
      ];
    const what = `${found.jobName} is ${found.status}`;
    if (facts) {
      const reason = explainWaiting(found, facts, now);
      return [{ ...reason, text: `${what}: ${reason.text}` }];
    }
    const reason = found.statusReason ? `: ${found.statusReason}` : '';
    if (found.status === 'PENDING')
      return [warn(`${what}: it waits for the jobs that it depends on${reason}`)];
    const small = tooSmall(found.memoryMiB);
    if (found.status === 'FAILED' && small) return [fail(`${what}${reason}: ${small}`, overridesHelp)];
    if (found.status === 'FAILED') return [fail(`${what}${reason}`, `npx lab logs --failed${suffix}`)];
    return [ok(`${what}${reason}`)];
  },
};
