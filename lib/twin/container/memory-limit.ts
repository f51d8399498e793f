import { readdirSync, readFileSync } from 'node:fs';
import type { Exit } from '../batch/types.ts';

/** How ECS tells of a container that the kernel has ended for its memory; retry rules match `OutOfMemory*`. */
export const outOfMemory: Exit = {
  exitCode: 137,
  reason: 'OutOfMemoryError: Container killed due to memory usage',
};

const lookMs = 200;

/** Whether this machine's kernel shows what processes use, so that jobs can be held to their memory. */
export const canHoldMemory = (): boolean =>
  process.platform === 'linux' &&
  childrenFile(process.pid, process.pid) !== undefined &&
  readOf(`/proc/${process.pid}/status`) !== undefined;

/**
 * Ends a container that uses more memory than its job asked for, as the kernel does on a host of AWS's. A look at what its
 * processes have, five times a second: cgroups, which would do it to the byte, are not every user's to make. Where there is
 * no /proc nothing is held, which a submission says. Answers what calls it off.
 */
export function holdMemory(pid: number | undefined, memoryMiB: number, onTooLarge: () => void): () => void {
  if (pid === undefined || !canHoldMemory()) return () => undefined;
  const limit = memoryMiB * 1024 * 1024;
  const timer = setInterval(() => {
    const processes = familyOf(pid);
    // Pages that processes share count once each here: a quick look, which alone ends nobody.
    if (sum(processes, residentBytes) <= limit || sum(processes, proportionalBytes) <= limit) return;
    clearInterval(timer);
    onTooLarge();
    for (const each of processes) kill(each);
  }, lookMs).unref();
  return () => clearInterval(timer);
}

/** A process and all that come from it. */
function familyOf(pid: number): readonly number[] {
  const found = [pid];
  for (const each of found) found.push(...childrenOf(each));
  return found;
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap(thread =>
      (childrenFile(pid, thread) ?? '').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** A kernel may be built without it (CONFIG_PROC_CHILDREN). */
const childrenFile = (pid: number, thread: number | string): string | undefined =>
  readOf(`/proc/${pid}/task/${thread}/children`);

const residentBytes = (pid: number): number =>
  kibibytes(/^VmRSS:\s+(\d+) kB/m, readOf(`/proc/${pid}/status`));

/** What a process has, with its share of what it has together with others: a fork costs what it has changed. */
const proportionalBytes = (pid: number): number => {
  const rollup = readOf(`/proc/${pid}/smaps_rollup`);
  return rollup === undefined ? residentBytes(pid) : kibibytes(/^Pss:\s+(\d+) kB/m, rollup);
};

const kibibytes = (pattern: RegExp, text = ''): number => Number(pattern.exec(text)?.[1] ?? 0) * 1024;
const sum = (pids: readonly number[], bytesOf: (pid: number) => number): number =>
  pids.reduce((total, pid) => total + bytesOf(pid), 0);

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** Undefined where it has ended, or is not ours to see. */
function readOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
