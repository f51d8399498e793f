import type { Account, EnvironmentState, QueueState } from '../contract/ports/account.ts';
import { deployed } from './deployed.ts';
import type { Scope } from './finding.ts';

/** A pool as Batch has it. */
export interface PoolState {
  readonly pool: string;
  /** Undefined where the stack names a queue that Batch does not have. */
  readonly queue: QueueState | undefined;
  /** Undefined where the pool is in the configuration and not deployed yet. */
  readonly queueName: string | undefined;
  /** In the order in which the queue uses them. */
  readonly environments: readonly EnvironmentState[];
}

export const isDeployed = (state: PoolState): state is PoolState & { readonly queueName: string } =>
  state.queueName !== undefined;

/** Queues and environments of the pools that are looked at. */
export async function poolStates(account: Account, scope: Scope): Promise<readonly PoolState[]> {
  const { queues: names } = await deployed(account, scope);
  const missing = scope.pools.filter(pool => names[pool] === undefined);
  return [
    ...(await queueStates(account, names)),
    ...missing.map(pool => ({ pool, queueName: undefined, queue: undefined, environments: [] })),
  ];
}

/** The same for queues by pool. */
export async function queueStates(
  account: Account,
  names: Readonly<Record<string, string>>,
): Promise<readonly PoolState[]> {
  if (Object.keys(names).length === 0) return [];
  const queues = await account.queues(Object.values(names));
  const wanted = [...new Set(queues.flatMap(queue => queue.environments))];
  const environments = wanted.length === 0 ? [] : await account.environments(wanted);
  return Object.entries(names).map(([pool, queueName]) => {
    const queue = queues.find(each => each.name === queueName);
    const own = (queue?.environments ?? []).flatMap(
      id => environments.find(each => each.arn === id || each.name === id) ?? [],
    );
    return { pool, queueName, queue, environments: own };
  });
}
