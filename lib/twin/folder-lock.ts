import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../contract/workload/errors.ts';
import { startOf } from './process-start.ts';

interface Holder {
  readonly pid: number;
  readonly started: string;
}

/**
 * Takes a twin's folder for one twin and gives back what lets it go. A second one in it, of this process too, would end the jobs
 * of the first as leftovers, remove the scratch under them, and take its objects for files that somebody dropped there. One
 * that was killed holds nothing any more.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'twin.lock');
  const mine = `${path}.${process.pid}`;
  const holder: Holder = { pid: process.pid, started: startOf(process.pid) };
  writeFileSync(mine, JSON.stringify(holder), { mode: 0o600 });
  try {
    while (!tryLink(mine, path)) {
      const other = readHolder(path);
      if (other && other.started !== '' && startOf(other.pid) === other.started) throw isTaken(folder, other);
      takeAway(path, other);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return () => {
    if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true });
  };
}

/** A link is made by one process alone, whoever else tries, and is whole from the first moment. */
function tryLink(mine: string, path: string): boolean {
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
  }
  // Not every file system has links.
  try {
    writeFileSync(path, readFileSync(mine), { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes what a twin left that is gone; another process may have done so just now, and have the folder. */
function takeAway(path: string, left: Holder | undefined): void {
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const found = readHolder(aside);
  if (found?.pid !== left?.pid || found?.started !== left?.started) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

const isTaken = (folder: string, { pid }: Holder): LabError =>
  new LabError({
    where: folder,
    message: `the twin of another command works in it (${pid === process.pid ? 'this process' : `process ${pid}`})`,
    fix: 'wait until that command has ended, or end it and start one twin for all commands: npx lab twin up',
  });
