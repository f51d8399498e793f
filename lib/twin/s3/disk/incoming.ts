import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../../../process/is-alive.ts';

/** Of this process alone: an earlier one may have had its id. */
const mine = `${process.pid}-${randomBytes(6).toString('hex')}`;
let bodies = 0;

/** Where a body waits while it comes in and is checked, in the twin's folder of buckets. */
export function incomingPath(root: string): string {
  return join(root, '.meta', `.incoming-${mine}-${bodies++}`);
}

/** Removes what was being received when an earlier twin was killed; none of it was acknowledged. */
export async function clearIncoming(root: string): Promise<void> {
  const names = await readdir(join(root, '.meta')).catch(() => [] as string[]);
  for (const name of names) {
    const pid = /^\.incoming-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(root, '.meta', name), { force: true });
  }
}
