import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startOf } from '../process-start.ts';
import { removeFolder } from './folders.ts';
import { endNamespace } from './namespace.ts';

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
    endNamespace({ base });
    removeFolder(base);
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
