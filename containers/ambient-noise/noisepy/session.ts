import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { StoreFile } from '../../../jobs/ambient-noise/pairs.ts';
import { noisepyVersion } from '../../../jobs/ambient-noise/settings.ts';
import { howToolEnded } from '../../../lib/contract/workload/exit-codes.ts';
import { toolLines } from '../../runtime/tool-lines.ts';

/** A file of a channel's day on scratch. */
export interface LocalFile {
  readonly path: string;
  readonly network: string;
  readonly station: string;
  readonly channel: string;
  readonly location: string;
}

export interface FileFacts {
  readonly error?: string;
  /** Hz. */
  readonly rate?: number;
  readonly traces?: number;
  /** 0 to 1. */
  readonly coverage?: number;
  readonly metadata?: string;
}

export interface NoisePyEnd {
  readonly exitCode: number;
  readonly signal?: number;
  readonly peakMemoryBytes: number;
  readonly cpuSeconds: number;
  /** The last line in which it spoke of an error; its exit code tells no more than that there was one. */
  readonly error?: string;
}

export interface NoisePy {
  /** By their order, what ObsPy found in the files, and the metadata lack of them. `metadata` is a path by `NET.STA`. */
  inspect(request: {
    readonly day: string;
    readonly files: readonly LocalFile[];
    readonly metadata: Readonly<Record<string, string>>;
    /** Whether a channel needs a response. */
    readonly response: boolean;
  }): Promise<readonly FileFacts[]>;
  /** NoisePy's command line, in a working folder. */
  run(folder: string, args: readonly string[]): Promise<NoisePyEnd>;
  /** Reads every file of a store to its end. */
  count(folder: string): Promise<readonly StoreFile[]>;
  /** Whether it has ended, of itself or by a signal: then it answers nothing more. */
  hasEnded(): boolean;
  close(): Promise<void>;
}

export interface NoisePyOptions {
  /** Of Python 3.10 with NoisePy, and of driver.py. */
  readonly python: string;
  readonly driver: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Threads that files are read with. */
  readonly threads: number;
  log(line: string): void;
  readonly signal: AbortSignal;
}

/**
 * Starts NoisePy once for all days of a container, for its start takes longer than a small day. Throws when it does not
 * come up, is another version than the one that was checked, or ends before it has answered.
 */
export async function startNoisePy(options: NoisePyOptions): Promise<NoisePy> {
  const { signal, threads } = options;
  signal.throwIfAborted();
  // A group of its own: NoisePy's stack starts processes that have to end with it.
  const child = spawn(options.python, ['-u', options.driver], {
    env: options.environment,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = endOf(child);
  const kill = (): void => void endGroup(child);
  signal.addEventListener('abort', kill, { once: true });
  const lastLines: string[] = [];
  let lastError: string | undefined;
  const drained = (async () => {
    for await (const line of toolLines(child.stderr)) {
      lastLines.push(line);
      if (lastLines.length > 3) lastLines.shift();
      if (/ERROR|Error\b/.test(line)) lastError = line.replace(/^[\d: -]+\| ERROR \| /, '');
      options.log(line);
    }
  })();
  child.stdin.on('error', () => undefined);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown>> => {
    const next = await answers.next();
    if (next.done) {
      await drained;
      signal.throwIfAborted();
      throw new Error(`NoisePy ${await ended}${lastLines.length > 0 ? `: ${lastLines.at(-1)}` : ''}`);
    }
    const value = JSON.parse(next.value) as Record<string, unknown>;
    if (typeof value.failed === 'string') throw new Error(value.failed);
    return value;
  };
  let before: Promise<unknown>;
  const ask = (request: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> => {
    const mine = before
      .catch(() => undefined)
      .then(() => {
        child.stdin.write(`${JSON.stringify(request)}\n`);
        return answer();
      });
    before = mine;
    return mine;
  };
  const hello = await answer();
  before = Promise.resolve();
  if (hello.noisepy !== noisepyVersion) {
    kill();
    throw new Error(
      `this image has NoisePy ${String(hello.noisepy)}, and ${noisepyVersion} is the one that was checked`,
    );
  }
  options.log(`NoisePy ${hello.noisepy}, ObsPy ${hello.obspy}, Python ${hello.python}`);
  return {
    inspect: async request =>
      (await ask({ do: 'inspect', threads, ...request })).files as readonly FileFacts[],
    run: async (folder, args) => {
      lastError = undefined;
      const end = (await ask({ do: 'noisepy', folder, arguments: args })) as unknown as NoisePyEnd;
      return { ...end, ...(end.exitCode !== 0 && lastError !== undefined ? { error: lastError } : {}) };
    },
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    count: async folder => (await ask({ do: 'count', threads, folder })).files as readonly StoreFile[],
    close: async () => {
      signal.removeEventListener('abort', kill);
      child.stdin.end();
      await ended;
    },
  };
}

function endOf(child: ChildProcessWithoutNullStreams): Promise<string> {
  return new Promise(done => {
    child.once('error', error => done(`cannot be started: ${error.message}`));
    child.once('exit', (code, name) => done(name ? `was ended by ${name}` : `ended with ${code}`));
  });
}

function endGroup(child: ChildProcessWithoutNullStreams): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** `noisepy stack ended with 1: …`. */
export function endText(command: string, { exitCode, signal, error }: NoisePyEnd): string {
  return `noisepy ${command} ${howToolEnded(signal === 9 ? 137 : (exitCode ?? 1))}${error ? `: ${error}` : ''}`;
}
