import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { answerLine, longestLine, type QueueAnswer, type QueueOperation } from './protocol.ts';

/**
 * Answers the requests of a stream until it ends. Several may be under way at once: answers come as they are ready, each
 * with its request's id. Resolves when the last is written.
 */
export async function serveLines(
  input: Readable,
  output: Writable,
  operations: Readonly<Record<string, QueueOperation>>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const write = (answer: QueueAnswer): void => void output.write(`${JSON.stringify(answer)}\n`);
  output.on('error', () => undefined);
  let rest = '';
  try {
    for await (const piece of input.setEncoding('utf8')) {
      const lines = (rest + (piece as string)).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        if (line.trim() === '') continue;
        const answered: Promise<void> = answerLine(line, operations).then(answer => {
          write(answer);
          underWay.delete(answered);
        });
        underWay.add(answered);
      }
      if (rest.length > longestLine) {
        write({ id: null, error: { code: 'bad-request', message: `a line is longer than ${longestLine}` } });
        break;
      }
    }
  } catch {
    // Whoever asked has gone.
  }
  await Promise.all(underWay);
}

export interface SocketServer {
  /** Its path, in a folder of this user's alone. */
  readonly path: string;
  close(): Promise<void>;
}

/** The same for processes beside this one, over a socket that only this user can open. */
export async function serveSocket(
  operations: Readonly<Record<string, QueueOperation>>,
): Promise<SocketServer> {
  // The path of a socket has 107 bytes at most: a temporary folder of one's own may be longer.
  const base = tmpdir().length > 60 ? '/tmp' : tmpdir();
  const folder = await mkdtemp(join(base, 'lab-queue-'));
  const path = join(folder, 's');
  const open = new Set<Socket>();
  const server = createServer(socket => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => undefined);
    void serveLines(socket, socket, operations).finally(() => socket.end());
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(path, done);
  });
  return {
    path,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise(done => server.close(done));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
