import { counted } from '../../contract/workload/number-text.ts';
import { type Check, fail, ok, warn } from '../finding.ts';

/** A region takes 50 queues and 50 compute environments: docs.aws.amazon.com/batch, service_limits. */
const most = 50;

interface Facts {
  readonly queues: number;
  readonly environments: number;
  readonly deployed: boolean;
}

/** There is room in Batch for the lab's pools. */
export const batchCounts: Check<Facts> = {
  name: 'batch limits',
  needs: ['batch:DescribeJobQueues', 'batch:DescribeComputeEnvironments'],
  notOnTwin: 'it has the lab’s alone',
  gather: async (account, { stackName }) => {
    const [queues, environments, stack] = await Promise.all([
      account.queueCount(),
      account.environments(),
      account.stack(stackName),
    ]);
    return { queues, environments: environments.length, deployed: stack !== undefined };
  },
  judge({ queues, environments, deployed }, { config, pools }) {
    const text = `${counted(queues, 'queue')} and ${counted(environments, 'compute environment')} of ${most} each`;
    const used = Math.max(queues, environments);
    // A pool that spills has an environment of each market.
    const needed = pools.length + pools.filter(name => config.pools[name]?.spillToOnDemand).length;
    const fix = 'delete what no lab uses (aws batch describe-job-queues), or deploy in another region';
    if (!deployed && (queues + pools.length > most || environments + needed > most))
      return [fail(`${text}; the lab needs ${pools.length} and ${needed}`, fix)];
    return [used > most - 5 ? warn(text, fix) : ok(text)];
  },
};
