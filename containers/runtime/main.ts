import type { Writable } from 'node:stream';
import { env } from '../../lib/contract/workload/env.ts';
import { LabError } from '../../lib/contract/workload/errors.ts';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import { type Log, lineLog } from './line-log.ts';
import { runShard, type ShardOptions } from './run-shard.ts';
import { type ContainerWorld, containerWorld } from './world.ts';

export interface MainOptions extends ShardOptions {
  /** What a container does that our CLI did not submit; without it, such a job is refused. */
  readonly raw?: (world: ContainerWorld, argv: readonly string[]) => Promise<number>;
}

/** A container's whole life; answers its exit code. */
export async function main(
  options: MainOptions,
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  output?: Writable,
): Promise<number> {
  let print: Log | undefined;
  // Who prints nothing needs no stream of Node's to print to.
  const log: Log = line => {
    print ??= lineLog(output ?? process.stdout);
    return print(line);
  };
  const world = containerWorld(environment, log);
  try {
    return await run(world, options, argv);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    await world.log(error.message);
    return exitCodes.badJob;
  }
}

async function run(world: ContainerWorld, options: MainOptions, argv: readonly string[]): Promise<number> {
  if (world.environment[env.run]) return runShard(world, options);
  if (options.raw) return options.raw(world, argv);
  world.log(`the environment has no ${env.run}: submit this workload with lab submit`);
  return exitCodes.badJob;
}
