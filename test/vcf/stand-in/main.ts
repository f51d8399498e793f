import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { tiledbvcf } from './cli.ts';
import { type Disk, folderDisk } from './disk.ts';
import { s3Disk, s3Read } from './s3-disk.ts';

/**
 * The stand-in as a program. STAND_IN_DISK_BYTES is what its disk takes, STAND_IN_SKEW_MS how far its clock is ahead,
 * STAND_IN_KILLED_AT the write that it does not live to see, STAND_IN_CALLS a file that keeps its command lines.
 */
const { STAND_IN_DISK_BYTES, STAND_IN_SKEW_MS = '0', STAND_IN_KILLED_AT, STAND_IN_CALLS } = process.env;
let free = STAND_IN_DISK_BYTES === undefined ? Number.POSITIVE_INFINITY : Number(STAND_IN_DISK_BYTES);
const argv = process.argv.slice(2);
if (STAND_IN_CALLS) {
  mkdirSync(join(STAND_IN_CALLS, '..'), { recursive: true });
  appendFileSync(STAND_IN_CALLS, `${argv.join(' ')}\n`);
}
let writes = 0;
const mortal = (disk: Disk): Disk => ({
  ...disk,
  put: async (key, body) => {
    if (String(writes++) === STAND_IN_KILLED_AT) process.kill(process.pid, 'SIGKILL');
    await disk.put(key, body);
  },
});
process.exitCode = await tiledbvcf(argv, {
  disk: uri => mortal(uri.startsWith('s3://') ? s3Disk(uri) : folderDisk(uri)),
  now: () => Date.now() + Number(STAND_IN_SKEW_MS),
  read: async path => {
    if (path.startsWith('s3://')) return s3Read(path);
    return existsSync(path) ? readFileSync(path) : undefined;
  },
  drop: async (name, body) => writeFileSync(name, body),
  write: async (path, body) => {
    const fits = body.length <= free;
    free -= fits ? body.length : 0;
    try {
      // On a full disk: 0 bytes, and no error.
      writeFileSync(path, fits ? body : '');
      return true;
    } catch {
      return false;
    }
  },
  hostMemoryMiB: Math.floor(totalmem() / 2 ** 20),
  out: line => void process.stdout.write(`${line}\n`),
  err: line => void process.stderr.write(`${line}\n`),
});
