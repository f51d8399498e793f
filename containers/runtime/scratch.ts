import { existsSync } from 'node:fs';
import { mkdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { env, scratchSentinel } from '../../lib/spec/env.ts';
import { exitCodes } from '../../lib/spec/exit-codes.ts';
import { ShardFailure } from './failure.ts';
import type { ContainerWorld } from './world.ts';

export interface Scratch {
  /** This attempt's own folder. */
  readonly folder: string;
  clean(): Promise<void>;
}

/**
 * A folder of this attempt's own on the scratch volume. Docker makes a missing host folder in silence, on the root disk:
 * only the file that the user data leaves on the mounted volume tells them apart.
 */
export async function openScratch(world: ContainerWorld, jobId: string, attempt: number): Promise<Scratch> {
  const root = world.environment[env.scratch] ?? '/scratch';
  if (!existsSync(join(root, scratchSentinel))) {
    throw new ShardFailure(
      exitCodes.scratchMissing,
      `${root} is not the scratch volume: it has no ${scratchSentinel}`,
    );
  }
  const wanted = Number(world.environment[env.scratchGiB] ?? 0);
  const { bavail, bsize } = await statfs(root);
  const free = (bavail * bsize) / 1024 ** 3;
  // The twin's disk is the laptop's: it is asked for less than a host that has other jobs' leftovers.
  if (world.environment.LAB_TWIN !== '1' && free < wanted) {
    throw new ShardFailure(
      exitCodes.scratchMissing,
      `${root} has ${free.toFixed(1)} GiB free, and ${wanted} are needed`,
    );
  }
  const folder = join(root, jobId.replaceAll(':', '_'), String(attempt));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return {
    folder,
    clean: () =>
      rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(error =>
        // The work is done by now; the next attempt on this host clears only its own.
        world.log(`${folder} could not be removed: ${(error as Error).message}`),
      ),
  };
}
