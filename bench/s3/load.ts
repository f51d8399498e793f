import { connect, type Socket } from 'node:net';
import { crc32 } from 'node:zlib';

/** A request that was signed before the clock ran: its head, its body, and what must come back. */
export interface Prepared {
  readonly head: Buffer;
  readonly body: readonly Buffer[];
  /** CRC32 that the answer's body must have. */
  readonly crc32?: number;
}

/**
 * Sends prepared requests over `connections` of HTTP/1.1, each one request after the other, and reads the answers without
 * keeping them: a client that costs as little as one in Node can. Rejects when an answer is not 200, or its bytes are wrong.
 */
export async function send(port: number, requests: readonly Prepared[], connections: number): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(connections, requests.length) }, async () => {
      const line = await openLine(port);
      try {
        for (let request = requests[next++]; request; request = requests[next++])
          await line.exchange(request);
      } finally {
        line.close();
      }
    }),
  );
}

interface Line {
  exchange(request: Prepared): Promise<void>;
  close(): void;
}

async function openLine(port: number): Promise<Line> {
  const buffer = Buffer.allocUnsafe(256 * 1024);
  const answer = { wanted: undefined as number | undefined, head: '', left: 0, sum: 0, isDone: false };
  let settle: (error?: Error) => void = () => undefined;
  const take = (chunk: Buffer): void => {
    let bytes = chunk;
    if (!answer.isDone) {
      answer.head += bytes.toString('latin1');
      const end = answer.head.indexOf('\r\n\r\n');
      if (end < 0) return;
      bytes = Buffer.from(answer.head.slice(end + 4), 'latin1');
      answer.head = answer.head.slice(0, end);
      answer.isDone = true;
      if (!/^HTTP\/1\.1 200/.test(answer.head)) {
        settle(new Error(answer.head + bytes.toString()));
        return;
      }
      answer.left = Number(/\r\ncontent-length: *(\d+)/i.exec(answer.head)?.[1] ?? 0);
      // An empty answer that a server chunks all the same.
      if (/\r\ntransfer-encoding: *chunked/i.test(answer.head) && bytes.length > 0)
        bytes = bytes.subarray(0, 0);
    }
    if (answer.wanted !== undefined) answer.sum = crc32(bytes, answer.sum);
    answer.left -= bytes.length;
    if (answer.left > 0) return;
    const isRight = answer.wanted === undefined || answer.sum === answer.wanted;
    settle(isRight ? undefined : new Error(`the bytes of the answer are wrong: ${answer.head}`));
  };
  const socket: Socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    onread: {
      buffer,
      callback: length => {
        take(buffer.subarray(0, length));
        return true;
      },
    },
  });
  await new Promise<void>((done, fail) => {
    socket.once('connect', done);
    socket.once('error', fail);
  });
  socket.on('error', error => settle(error));
  socket.on('close', () => settle(new Error('the server closed the connection')));
  return {
    async exchange(request) {
      Object.assign(answer, { wanted: request.crc32, head: '', left: 0, sum: 0, isDone: false });
      const answered = new Promise<void>((done, fail) => {
        settle = error => (error ? fail(error) : done());
      });
      answered.catch(() => undefined);
      if (request.body.length <= 1) socket.write(Buffer.concat([request.head, ...request.body]));
      else {
        socket.write(request.head);
        for (const piece of request.body) {
          if (!socket.write(piece))
            await Promise.race([new Promise(go => socket.once('drain', go)), answered]);
        }
      }
      await answered;
    },
    close: () => socket.destroy(),
  };
}
