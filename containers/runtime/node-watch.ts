import { setTimeout as sleep } from 'node:timers/promises';
import { jobStates } from '../../lib/aws/wire/calls.ts';
import { nodeJobId } from '../../lib/contract/run/claim.ts';
import { env } from '../../lib/contract/workload/env.ts';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import type { NodeContext } from '../../lib/contract/workload/task.ts';
import { ShardFailure } from './failure.ts';
import { type ContainerWorld, serviceOf } from './world.ts';

/** What Batch says of the node, in a multi-node parallel job. */
export function nodeOf({ environment }: Pick<ContainerWorld, 'environment'>): Node | undefined {
  const index = environment[env.nodeIndex];
  if (index === undefined) return undefined;
  const main = environment[env.mainNodeIndex] ?? '0';
  const mainAddress = environment[env.mainNodeAddress];
  return {
    index: Number(index),
    count: Number(environment[env.nodeCount] ?? 1),
    main: index === main,
    ...(mainAddress ? { mainAddress } : {}),
  };
}

export type Node = Omit<NodeContext, 'othersDone'>;

/** The other nodes, as the main one sees them. */
export interface NodeWatch {
  /** Aborted when one of them has failed. */
  readonly signal: AbortSignal;
  /** Why. */
  failure(): ShardFailure | undefined;
  /** Resolves when all of them have done their part; rejects with the failure of one that has not. */
  othersDone(): Promise<void>;
  stop(): void;
}

/**
 * Batch leaves the other nodes running when one of them dies, and the job goes on with fewer (user guide, job lifecycle for
 * MNP jobs): its result would be short of a part, or its tools would wait until the time-out. So the main node asks after
 * the others, and fails with the first that has.
 */
export function watchNodes(world: ContainerWorld, jobId: string, node: Node): NodeWatch {
  const stopped = new AbortController();
  const failed = new AbortController();
  const done = Promise.withResolvers<void>();
  // Nobody may be waiting for it.
  done.promise.catch(() => undefined);
  const open = new Set(
    Array.from({ length: node.count }, (_, index) => index).filter(index => index !== node.index),
  );
  // The twin is near; AWS asks for patience.
  const pauseMs = world.endpoint === undefined ? 15_000 : 500;
  let failure: ShardFailure | undefined;
  let told = false;

  async function look(): Promise<void> {
    const ids = [...open].slice(0, 100).map(index => nodeJobId(jobId, index));
    for (const { jobId: id, status, exitCode, reason } of await jobStates(serviceOf(world, 'BATCH'), ids)) {
      const index = Number(id.split('#')[1]);
      if (status === 'SUCCEEDED') open.delete(index);
      if (status !== 'FAILED' || failure) continue;
      // One whose host has gone is worth another attempt, of all of them.
      const code = exitCode ?? exitCodes.interrupted;
      failure = new ShardFailure(
        code >= 64 && code <= 75 ? code : exitCodes.toolFailed,
        `node ${index} failed: ${[exitCode === undefined ? undefined : `exit code ${exitCode}`, reason].filter(Boolean).join(', ')}`,
      );
      failed.abort(failure);
      done.reject(failure);
    }
    if (open.size === 0) done.resolve();
  }

  void (async () => {
    while (!stopped.signal.aborted && !failure && open.size > 0) {
      await look().catch(error => {
        if (!told) world.log(`the other nodes cannot be asked after: ${(error as Error).message}`);
        told = true;
      });
      // It keeps the process alive: a task may have nothing else to wait for.
      await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  })();
  return {
    signal: failed.signal,
    failure: () => failure,
    othersDone: () => done.promise,
    stop: () => stopped.abort(),
  };
}
