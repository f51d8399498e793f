import { chmodSync, existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { env, scratchPath, scratchSentinel } from '../../../lib/contract/workload/env.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import { emptyFolder } from '../empty-folder.ts';
import { ShardFailure } from '../failure.ts';
import type { ContainerWorld } from '../world.ts';
import { hold } from './held.ts';
import { cleanLeftovers, dropNeed, jobsFolder, reservations, socketOf, writeNeed } from './reservations.ts';
import { watchUsage } from './usage.ts';

export interface AttemptScratch {
  /** This attempt's own folder. */
  readonly folder: string;
  /** Bytes that are this attempt's alone; 0 where none were asked for. */
  readonly reservedBytes: number;
  /** Removes the folder and gives back what was reserved; answers the most that was in it, in bytes. Never throws. */
  clean(): Promise<number>;
}

export interface ScratchOptions {
  readonly signal?: AbortSignal;
  /** How long other jobs of the host are waited for. */
  readonly waitMs?: number;
}

const gib = 1024 ** 3;

/**
 * A folder of this attempt's own on the scratch volume, and the space that it needs, which no other job of the host is given
 * too: Batch knows nothing of disks. Where others hold it, they are waited for, in the order in which jobs have asked.
 * Docker makes a missing host folder in silence, on the root disk: only the file that the user data leaves on the mounted
 * volume tells them apart.
 */
export async function openScratch(
  world: ContainerWorld,
  jobId: string,
  attempt: number,
  options: ScratchOptions = {},
): Promise<AttemptScratch> {
  const root = world.environment[env.scratch] ?? scratchPath;
  if (!existsSync(join(root, scratchSentinel)))
    throw failure(`${root} is not the scratch volume: it has no ${scratchSentinel}`);
  const wanted = Number(world.environment[env.scratchGiB] ?? 0) * gib;
  const jobs = join(root, jobsFolder);
  mkdirSync(jobs, { recursive: true });
  try {
    // Containers of other users have jobs here too.
    chmodSync(jobs, 0o1777);
  } catch {
    // It is another's, who has done so.
  }
  const name = `${jobId.replaceAll(':', '_')}.${attempt}`;
  const folder = join(jobs, name);
  if (wanted === 0) return plainFolder(world, folder);

  const release = await hold(socketOf(jobs, name));
  const letGo = async (): Promise<void> => {
    await dropNeed(jobs, name);
    await release();
  };
  let ticket = 0;
  try {
    for (const left of await cleanLeftovers(jobs, world.log))
      world.log(`removed what ${left} left on scratch`);
    ticket = await reserve(world, { root, jobs, name, wanted }, options);
    await emptyFolder(folder);
  } catch (error) {
    await letGo();
    throw error;
  }
  const usage = watchUsage(folder, used => writeNeed(jobs, name, { bytes: wanted, used, ticket }));
  return {
    folder,
    reservedBytes: wanted,
    clean: async () => {
      const peak = await usage.stop();
      await remove(world, folder);
      await letGo().catch(error => world.log(`scratch was not given back: ${(error as Error).message}`));
      return peak;
    },
  };
}

interface Place {
  readonly root: string;
  readonly jobs: string;
  readonly name: string;
  readonly wanted: number;
}

/**
 * Takes a ticket, and waits until what those before it have reserved leaves enough. Lamport's bakery: while somebody chooses
 * a ticket nobody goes on, so of two jobs that start at one instant each sees the other. Answers the ticket.
 */
async function reserve(
  world: ContainerWorld,
  { root, jobs, name, wanted }: Place,
  { signal, waitMs = 900_000 }: ScratchOptions,
): Promise<number> {
  const need = { bytes: wanted, used: 0 };
  await writeNeed(jobs, name, { ...need, ticket: 0 });
  const ticket = Math.max(0, ...(await reservations(jobs)).map(each => each.ticket)) + 1;
  await writeNeed(jobs, name, { ...need, ticket });
  // A laptop's disk is no host's, which has room for what its jobs say that they need.
  if (world.environment[env.scratchCheck] === 'marker') return ticket;
  const started = Date.now();
  for (let told = false; ; ) {
    const others = (await reservations(jobs)).filter(each => each.name !== name);
    const isChosen = others.every(each => each.ticket > 0);
    const before = others.filter(
      each => each.ticket < ticket || (each.ticket === ticket && each.name < name),
    );
    const promised = before.reduce((sum, { bytes, used }) => sum + Math.max(0, bytes - used), 0);
    const { bavail, bsize } = await statfs(root);
    const free = bavail * bsize;
    if (isChosen && free - promised >= wanted) return ticket;
    const held = others.reduce((sum, { used }) => sum + used, 0);
    const words = `${root} has ${text(free)} free${before.length > 0 ? `, ${text(promised)} of them promised to ${counted(before.length, 'other job')} of this host` : ''}, and ${text(wanted)} are needed`;
    // Even when all others have ended it would not fit.
    if (isChosen && (free + held < wanted || Date.now() - started > waitMs)) throw failure(words);
    if (isChosen && !told) {
      world.log(`waits for scratch: ${words}`);
      told = true;
    }
    await sleep(isChosen ? 2000 : 20, undefined, { ...(signal ? { signal } : {}) });
  }
}

/** Nothing is reserved, so nothing of others is asked about either. */
async function plainFolder(world: ContainerWorld, folder: string): Promise<AttemptScratch> {
  await emptyFolder(folder);
  return {
    folder,
    reservedBytes: 0,
    clean: async () => {
      await remove(world, folder);
      return 0;
    },
  };
}

async function remove(world: ContainerWorld, folder: string): Promise<void> {
  try {
    removeIfEmpty(folder);
  } catch {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(error =>
      // The work is done by now; the next attempt on this host tries again.
      world.log(`${folder} could not be removed: ${(error as Error).message}`),
    );
  }
}

/** With the folders in it; without the threads that a tree is removed by. Throws where there is a file in any of them. */
function removeIfEmpty(folder: string): void {
  for (const name of readdirSync(folder)) rmdirSync(join(folder, name));
  rmdirSync(folder);
}

const failure = (message: string): ShardFailure => new ShardFailure(exitCodes.scratchMissing, message);

const text = (bytes: number): string => `${Number((bytes / gib).toFixed(1))} GiB`;
