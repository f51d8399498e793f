import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { tiledbvcf } from './cli.ts';
import { type Disk, folderDisk } from './disk.ts';
import { s3Disk, s3Read } from './s3-disk.ts';

/** What a program is started with, and where its words go. */
export interface Started {
  /** The file that a path means to it: one of this machine, seen from its folder. */
  at(path: string): string;
  readonly environment: NodeJS.ProcessEnv;
  out(text: string): void;
  err(text: string): void;
}

/**
 * The stand-in as it is started: answers its exit code. STAND_IN_DISK_BYTES is what its disk takes, STAND_IN_SKEW_MS how far its
 * clock is ahead, STAND_IN_KILLED_AT the write that its process does not live to see, STAND_IN_CALLS a file that keeps its command
 * lines.
 */
export async function runStandIn(argv: readonly string[], started: Started): Promise<number> {
  const { at, environment, out, err } = started;
  const { STAND_IN_DISK_BYTES, STAND_IN_SKEW_MS = '0', STAND_IN_KILLED_AT, STAND_IN_CALLS } = environment;
  let free = STAND_IN_DISK_BYTES === undefined ? Number.POSITIVE_INFINITY : Number(STAND_IN_DISK_BYTES);
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
  return tiledbvcf(argv, {
    disk: uri => mortal(uri.startsWith('s3://') ? s3Disk(uri, environment) : folderDisk(at(uri))),
    now: () => Date.now() + Number(STAND_IN_SKEW_MS),
    read: async path => {
      if (path.startsWith('s3://')) return s3Read(path, environment);
      const file = at(path);
      return existsSync(file) ? readFileSync(file) : undefined;
    },
    drop: async (name, body) => writeFileSync(at(name), body),
    write: async (path, body) => {
      const fits = body.length <= free;
      free -= fits ? body.length : 0;
      try {
        // On a full disk: 0 bytes, and no error.
        writeFileSync(at(path), fits ? body : '');
        return true;
      } catch {
        return false;
      }
    },
    hostMemoryMiB: Math.floor(totalmem() / 2 ** 20),
    out: line => out(`${line}\n`),
    err: line => err(`${line}\n`),
  });
}
