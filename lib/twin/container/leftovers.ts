import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startOf } from '../process-start.ts';
import { endNamespace, foldersIn } from './namespace.ts';

/** Remembers a container's process beside its folders, so that a twin that is killed leaves nothing running for good. */
export function rememberProcess(base: string, pid: number): void {
  writeFileSync(processFile(base), JSON.stringify({ pid, started: startOf(pid) }));
}

/** Ends the containers of a twin that was killed, and removes their folders. */
export function endLeftovers(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const base = join(folder, name);
    endRemembered(base);
    endNamespace(foldersIn(base));
    removeFolder(base);
  }
}

/**
 * Removes a container's folders, unless a file system is still mounted in them: its files are not the container's. What
 * cannot be removed now is tried again when the next twin starts.
 */
export function removeFolder(base: string): void {
  try {
    const mounts = process.platform === 'linux' ? readFileSync('/proc/self/mounts', 'utf8') : '';
    if (!mounts.includes(` ${base}/`)) rmSync(base, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // A tool may have taken the right to remove away.
  }
}

function endRemembered(base: string): void {
  try {
    const { pid, started } = JSON.parse(readFileSync(processFile(base), 'utf8')) as {
      pid: number;
      started: string;
    };
    // Another process may have got the number since.
    if (started !== '' && startOf(pid) === started) process.kill(-pid, 'SIGKILL');
  } catch {
    // It had not started, or has ended.
  }
}

const processFile = (base: string): string => join(base, 'process.json');
