import type { Writable } from 'node:stream';

/** Prints a line; answers a promise where the reader is behind: whoever prints much waits for it before the next. */
export type Log = (line: string) => Promise<void> | undefined;

/**
 * Lines to a container's output. What a tool prints ahead of the log driver would else be this process's memory, and in the
 * end its death: a pipe takes no write of millions of pieces. The lines of one turn are one write.
 */
export function lineLog(stream: Writable): Log {
  let lines: string[] = [];
  let behind: Promise<void> | undefined;
  let caughtUp: (() => void) | undefined;
  const release = (): void => {
    caughtUp?.();
    behind = undefined;
    caughtUp = undefined;
  };
  const flush = (): void => {
    const text = `${lines.join('\n')}\n`;
    lines = [];
    // A log driver that has gone is no reason to lose the work.
    if (stream.destroyed || stream.write(text) || behind) return;
    behind = new Promise(done => {
      caughtUp = done;
    });
  };
  stream.on('drain', release);
  stream.on('error', release);
  stream.on('close', release);
  return line => {
    if (lines.length === 0) process.nextTick(flush);
    lines.push(line);
    return behind;
  };
}
