import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isHeld, notYet } from './held.ts';

/**
 * Below `jobs` of a scratch volume, an attempt has three entries: `<name>.sock`, which is held while it lives, `<name>.need`,
 * what it has reserved, and its folder `<name>`. What has no held socket is of an attempt that was killed.
 */
export const jobsFolder = 'jobs';
const socketEnd = '.sock';
const needEnd = '.need';
const goneStart = '.gone-';

export const socketOf = (jobs: string, name: string): string => join(jobs, `${name}${socketEnd}`);

export interface Need {
  /** Reserved, in bytes. */
  readonly bytes: number;
  /** How much of it is on the disk already. */
  readonly used: number;
  /** Its place in the queue of the host; 0 while it is being chosen. */
  readonly ticket: number;
}

export interface Reservation extends Need {
  readonly name: string;
}

/** Through a name of its own: another job never reads half a line. */
export async function writeNeed(jobs: string, name: string, need: Need): Promise<void> {
  const path = join(jobs, `${name}${needEnd}`);
  await writeFile(`${path}.${process.pid}`, JSON.stringify(need));
  await rename(`${path}.${process.pid}`, path);
}

export const dropNeed = (jobs: string, name: string): Promise<void> =>
  rm(join(jobs, `${name}${needEnd}`), { force: true });

/** What the attempts that live have reserved, in the order in which they asked. */
export async function reservations(jobs: string): Promise<readonly Reservation[]> {
  const entries = (await readdir(jobs)).filter(entry => entry.endsWith(needEnd));
  const found = await Promise.all(
    entries.map(async entry => {
      const name = entry.slice(0, -needEnd.length);
      const text = await readFile(join(jobs, entry), 'utf8').catch(() => undefined);
      if (text === undefined || !(await isHeld(socketOf(jobs, name)))) return undefined;
      return { name, ...(JSON.parse(text) as Need) };
    }),
  );
  return found
    .filter(each => each !== undefined)
    .sort((a, b) => a.ticket - b.ticket || (a.name < b.name ? -1 : 1));
}

/**
 * Removes what attempts that were killed have left; answers their names. A folder is renamed first: of two jobs that clean at
 * once one alone has it, and what a cleaner that is killed leaves is seen by the next.
 */
export async function cleanLeftovers(jobs: string, log: (line: string) => void): Promise<readonly string[]> {
  const entries = await readdir(jobs);
  const names = new Set(
    entries
      .filter(entry => !entry.startsWith(goneStart) && !entry.startsWith(notYet))
      .map(entry => entry.replace(/\.(?:sock|need(?:\.\d+)?)$/, '')),
  );
  const left: string[] = [];
  for (const name of names) {
    if (await isHeld(socketOf(jobs, name))) continue;
    try {
      if (entries.includes(name)) {
        const gone = join(jobs, `${goneStart}${randomUUID()}`);
        await rename(join(jobs, name), gone);
        left.push(name);
        await rm(gone, { recursive: true, force: true, maxRetries: 3 });
      }
      for (const entry of entries.filter(each => each.startsWith(`${name}.`)))
        await rm(join(jobs, entry), { force: true });
    } catch (error) {
      // Another job was faster, or it is another user's: then its bytes are simply not free.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        log(`what ${name} left on scratch cannot be removed: ${(error as Error).message}`);
    }
  }
  for (const entry of entries.filter(each => each.startsWith(goneStart)))
    await rm(join(jobs, entry), { recursive: true, force: true }).catch(() => undefined);
  return left;
}
