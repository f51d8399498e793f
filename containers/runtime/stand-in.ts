import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunStandIn, StandInContainer } from '../../lib/contract/ports/stand-in.ts';
import { env } from '../../lib/contract/workload/env.ts';
import type { Task } from '../../lib/contract/workload/task.ts';
import { runShard } from './run-shard.ts';
import { containerWorld } from './world.ts';

/**
 * A container's whole life with a stand-in for its tool, and without its inputs: the shard is found, claimed, recorded and
 * marked done by the harness that every container has. Answers its exit code.
 */
export const runStandIn: RunStandIn = container => {
  const { environment, signal } = container;
  const world = {
    // They share a folder, and need nothing of it that would have to be reserved.
    ...containerWorld({ ...environment, [env.scratchGiB]: '0' }, line => void container.log(line)),
    now: container.now,
    host: async () => container.host,
    interruption: () => ({ signal, stop: () => undefined }),
  };
  return runShard(world, { tasks: { [environment[env.step] ?? '']: standIn(container) }, mounts: [] });
};

const standIn = ({ environment, tool }: StandInContainer): Task => ({
  async run({ step, items, scratch, upload, outputPrefix }) {
    const item = items[0]!.name;
    const end = await tool({ step, round: Number(environment[env.round]), item });
    if (end.exitCode !== 0) return end;
    const path = join(scratch, 'stand-in.json');
    // The same for all items, whose names are in their keys: what the twin knows of equal objects it holds once.
    writeFileSync(path, JSON.stringify({ step }));
    return { ...end, outputs: await upload(path, `${outputPrefix}stand-in.json`) };
  },
});
