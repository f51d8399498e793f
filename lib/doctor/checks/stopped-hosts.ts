import type { Instance } from '../../contract/ports/account.ts';
import { type Check, ok, warn } from '../finding.ts';

/**
 * Hosts that ended themselves, as ours do without scratch, are stopped where they are on demand: Batch is to end them, and until it
 * does their volumes are paid for.
 */
export const stoppedHosts: Check<readonly Instance[]> = {
  name: 'stopped hosts',
  needs: ['ec2:DescribeInstances'],
  notOnTwin: 'it has no hosts',
  gather: (account, { config }) => account.instances(config.name),
  judge(instances) {
    const stopped = instances.filter(({ state }) => state === 'stopped');
    if (stopped.length === 0) return [ok('none')];
    const reason = stopped[0]!.stateReason;
    return [
      warn(
        `${stopped.length} of the lab’s hosts ${stopped.length === 1 ? 'is' : 'are'} stopped, and their volumes paid for${reason ? `: ${reason}` : ''}`,
        `aws ec2 terminate-instances --instance-ids ${stopped.map(({ id }) => id).join(' ')}`,
      ),
    ];
  },
};
