import { env } from '../../../lib/contract/workload/env.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { isUnfilled } from '../../../lib/contract/workload/mount.ts';
import type { TaskContext } from '../../../lib/contract/workload/task.ts';
import { ShardFailure } from '../failure.ts';
import { filledSecret } from '../mounts/identity.ts';
import type { ContainerWorld } from '../world.ts';

/** A secret of the workload's, by its name in the spec; read when it is asked for, and kept nowhere. */
export function taskSecret(world: ContainerWorld): TaskContext['secret'] {
  return async name => {
    const ids = JSON.parse(world.environment[env.secrets] ?? '{}') as Record<string, string>;
    const id = ids[name];
    if (id === undefined)
      throw new ShardFailure(exitCodes.badJob, `jobs of this kind have no secret ${JSON.stringify(name)}`);
    return filledSecret(world, id, parseFields, 'fields').catch((error: unknown) => {
      throw error instanceof ShardFailure
        ? error
        : new ShardFailure(exitCodes.mountFailed, (error as Error).message);
    });
  };
}

function parseFields(text: string): Readonly<Record<string, string>> | 'placeholder' | undefined {
  if (isUnfilled(text)) return 'placeholder';
  try {
    const value: unknown = JSON.parse(text);
    const isFields =
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every(each => typeof each === 'string');
    return isFields ? (value as Record<string, string>) : undefined;
  } catch {
    return undefined;
  }
}
