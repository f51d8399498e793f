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
  const memory = watchMemory(child.pid);
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
  const peakMemoryBytes = memory();
  const told = timer !== undefined && result.exitCode === 0;
  return { ...(told ? stopped : result), ...(peakMemoryBytes > 0 ? { peakMemoryBytes } : {}) };
}

const stopped: ExecResult = { exitCode: 128 + constants.signals.SIGTERM, signal: 'SIGTERM' };

/** Samples the resident memory of a process group twice a second; answers its peak in bytes. */
function watchMemory(pid: number | undefined): () => number {
  let peak = 0;
  const look = (): void => {
    if (pid !== undefined) peak = Math.max(peak, groupMemory(pid));
  };
  const timer = setInterval(look, 500).unref();
  look();
  return () => {
    clearInterval(timer);
    return peak;
  };
}

function groupMemory(group: number): number {
  if (process.platform !== 'linux') return 0;
  let bytes = 0;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      // After the name in brackets: state, parent, process group.
      const fields = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
      if (Number(fields[2]) === group) bytes += Number(fields[21]) * 4096;
    } catch {
      // It ended meanwhile.
    }
  }
  return bytes;
}

const isMissing = (error: NodeJS.ErrnoException): boolean => error.code === 'ENOENT';

/** Where there is no image, the user has to say where its programs are. */
const missing = (program: string): string =>
  `${program} is not found${process.env[env.toolsFrom] === 'path' ? ': name its folder by lab twin up --tools FOLDER, or in LAB_TOOLS' : ' in the image'}`;
