import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { env } from '../../lib/contract/workload/env.ts';
import type { ExecResult } from '../../lib/contract/workload/task.ts';
import { drained } from '../../lib/process/drained.ts';
import type { Log } from './line-log.ts';
import { toolLines } from './tool-lines.ts';

export interface ToolRun {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Between SIGTERM and SIGKILL, in ms. */
  readonly graceMs: number;
  readonly onLine: Log;
}

/**
 * Runs a tool in a process group of its own; never throws for one that fails. 127 when it cannot be started. A tool that
 * was told to stop has not succeeded, even where it takes SIGTERM for an occasion to exit with 0.
 */
export async function runTool(run: ToolRun): Promise<ExecResult> {
  if (run.signal.aborted) return stopped;
  const [program = '', ...args] = run.command;
  const child = spawn(program, args, {
    cwd: run.cwd,
    env: run.environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const watched = watchGroup(child.pid);
  const kill = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // The group has ended.
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    kill('SIGTERM');
    timer = setTimeout(() => kill('SIGKILL'), run.graceMs);
  };
  run.signal.addEventListener('abort', stop, { once: true });
  /** Readers that wait for whoever reads our log: nothing comes from the tool meanwhile, and yet it is not done. */
  let held = 0;
  const lines = [child.stdout, child.stderr].map(async stream => {
    for await (const line of toolLines(stream)) {
      const caughtUp = run.onLine(line);
      if (!caughtUp) continue;
      held++;
      await caughtUp;
      held--;
    }
  });
  const result = await new Promise<ExecResult>(done => {
    child.once('error', error => {
      run.onLine(isMissing(error) ? missing(program) : `${program}: ${error.message}`);
      done({ exitCode: 127 });
    });
    child.once('exit', (code, signal) =>
      done(signal ? { exitCode: 128 + (constants.signals[signal] ?? 0), signal } : { exitCode: code ?? 0 }),
    );
  });
  run.signal.removeEventListener('abort', stop);
  clearTimeout(timer);
  // What the tool left running would hold the mounts; a pipe that it keeps open must not hold us.
  kill('SIGKILL');
  await drained(Promise.all(lines), [child.stdout, child.stderr], () => held > 0);
  const { peakMemoryBytes, cpuSeconds } = watched();
  const told = timer !== undefined && result.exitCode === 0;
  return {
    ...(told ? stopped : result),
    ...(peakMemoryBytes > 0 ? { peakMemoryBytes } : {}),
    ...(cpuSeconds > 0 ? { cpuSeconds } : {}),
  };
}

const stopped: ExecResult = { exitCode: 128 + constants.signals.SIGTERM, signal: 'SIGTERM' };

interface GroupUse {
  readonly peakMemoryBytes: number;
  readonly cpuSeconds: number;
}

/**
 * Samples a process group twice a second; answers the peak of its resident memory, and its CPU time with that of the
 * processes of it that have ended.
 */
function watchGroup(pid: number | undefined): () => GroupUse {
  let peakMemoryBytes = 0;
  let cpuSeconds = 0;
  const look = (processes?: readonly string[]): void => {
    if (pid === undefined) return;
    const now = groupUse(pid, processes);
    peakMemoryBytes = Math.max(peakMemoryBytes, now.peakMemoryBytes);
    cpuSeconds = Math.max(cpuSeconds, now.cpuSeconds);
  };
  const timer = setInterval(() => look(), 500).unref();
  // It has just begun: there is nobody else in it.
  look([String(pid)]);
  return () => {
    clearInterval(timer);
    return { peakMemoryBytes, cpuSeconds };
  };
}

/** Linux counts CPU time for processes in hundredths of a second (USER_HZ), whatever its own clock is. */
const ticksASecond = 100;

function groupUse(group: number, processes?: readonly string[]): GroupUse {
  if (process.platform !== 'linux') return { peakMemoryBytes: 0, cpuSeconds: 0 };
  let bytes = 0;
  let ticks = 0;
  for (const entry of processes ?? readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      // After the name in brackets: state, parent, process group.
      const fields = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
      if (Number(fields[2]) !== group) continue;
      bytes += Number(fields[21]) * 4096;
      // Of its own, and of its children that have ended and were waited for.
      for (const field of [11, 12, 13, 14]) ticks += Number(fields[field]);
    } catch {
      // It ended meanwhile.
    }
  }
  return { peakMemoryBytes: bytes, cpuSeconds: ticks / ticksASecond };
}

const isMissing = (error: NodeJS.ErrnoException): boolean => error.code === 'ENOENT';

/** Where there is no image, the user has to say where its programs are. */
const missing = (program: string): string =>
  `${program} is not found${process.env[env.toolsFrom] === 'path' ? ': name its folder by lab twin up --tools FOLDER, or in LAB_TOOLS' : ' in the image'}`;
