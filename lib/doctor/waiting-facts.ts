import type { Account } from '../contract/ports/account.ts';
import { gatherHosts, type HostFacts } from './hosts.ts';
import type { PoolState } from './pool-states.ts';
import type { WaitingFacts } from './waiting-reason.ts';
import { whyNot } from './why-not.ts';

/** IAM actions that looking at hosts takes. */
export const hostActions = [
  'ecs:ListContainerInstances',
  'ecs:DescribeContainerInstances',
  'ec2:DescribeInstances',
  'ec2:GetConsoleOutput',
] as const;

/** A pool with its hosts. Where these may not be asked, the rest still tells much. */
export async function waitingFacts(
  account: Account,
  lab: string,
  pool: PoolState,
  withHosts: boolean,
): Promise<WaitingFacts> {
  if (!withHosts) return { pool, hosts: [] };
  try {
    const hosts: HostFacts[] = await Promise.all(
      pool.environments.map(each => gatherHosts(account, lab, each)),
    );
    return { pool, hosts };
  } catch (error) {
    return { pool, hosts: [], hostsUnchecked: whyNot(error, { needs: [...hostActions] }).text };
  }
}
