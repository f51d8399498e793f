import { type Check, type Finding, fail, ok, warn } from '../finding.ts';
import { type PoolState, poolStates } from '../pool-states.ts';

/** Queues of the pools are VALID and ENABLED. */
export const queues: Check<readonly PoolState[]> = {
  name: 'queues',
  needs: ['batch:DescribeJobQueues'],
  gather: poolStates,
  judge: pools => pools.map(queueFinding),
};

/** A queue as it should be, or what is wrong with it. */
function queueFinding({ pool, queue, queueName }: PoolState): Finding {
  if (!queueName) return fail(`pool ${pool} is in lab.config.ts, and not deployed`, 'npm run deploy');
  if (!queue) return fail(`the queue of ${pool}, ${queueName}, is not there`, 'npm run deploy');
  const reason = queue.statusReason ? `: ${queue.statusReason}` : '';
  if (queue.state !== 'ENABLED')
    return fail(
      `the queue of ${pool} is ${queue.state}: it takes no jobs`,
      `aws batch update-job-queue --job-queue ${queue.name} --state ENABLED`,
    );
  if (queue.status === 'VALID') return ok(`${pool} is VALID`);
  if (/ING$/.test(queue.status)) return warn(`the queue of ${pool} is ${queue.status}${reason}`);
  return fail(
    `the queue of ${pool} is ${queue.status}${reason}`,
    'mend its environments first, then npm run deploy',
  );
}
