import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A temporary folder of this run's own, for every worker and what it starts; it goes with the run. CDK's App makes a folder in
 * it as soon as it is constructed, and a test that was interrupted cleans up nothing.
 */
export default function ownTemporaryFolder(): void {
  const folder = inMemory() ?? mkdtempSync(join(tmpdir(), prefix));
  process.env.TMPDIR = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

const prefix = 'arraylab-test-';

/** More than tests have ever at once. */
const enoughBytes = 4 * 1024 ** 3;

/**
 * A file on a disk takes the kernel twice as long as one in memory, and most tests are about files. Undefined where there is no
 * such place, where too little fits into it or programs cannot be started from it (as in most containers), or where TMPDIR names another.
 */
function inMemory(): string | undefined {
  const memory = '/dev/shm';
  if (process.env.TMPDIR !== undefined) return undefined;
  let folder: string | undefined;
  try {
    const { bavail, bsize } = statfsSync(memory);
    if (bavail * bsize < enoughBytes) return undefined;
    clearLeft(memory);
    folder = mkdtempSync(join(memory, `${prefix}${process.pid}-`));
    const program = join(folder, 'can-be-started');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
    if (spawnSync(program).status === 0) return folder;
  } catch {
    // There is none, or it is not for us.
  }
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  return undefined;
}

/** What a run that was killed has left would take memory until the machine starts again. */
function clearLeft(memory: string): void {
  for (const name of readdirSync(memory)) {
    const pid = /^arraylab-test-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      rmSync(join(memory, name), { recursive: true, force: true });
  }
}
