import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';

/** What is said to a request, byte by byte. */
export interface Said {
  readonly bytes: Buffer;
  /** Where it is cut, so that it arrives in pieces. */
  readonly cuts: readonly number[];
  /** What follows: the next request, the end of the connection, or a reset. */
  readonly after: 'stay' | 'end' | 'reset';
}

/** Answers `/<number>` with the bytes of that number, whatever they are. */
export async function byteServer(said: readonly Said[]) {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, socket => {
    connections++;
    sockets.add(socket);
    let asked = '';
    socket.on('error', () => undefined);
    socket.on('data', async chunk => {
      asked += chunk.toString('latin1');
      const end = asked.indexOf('\r\n\r\n');
      if (end < 0) return;
      const each = said[Number(/^\S+ \/(\d+)/.exec(asked)?.[1])]!;
      asked = '';
      await speak(socket, each);
    });
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: (): number => connections,
    stop: () =>
      new Promise<void>(done => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function speak(socket: Socket, { bytes, cuts, after }: Said): Promise<void> {
  const places = [...new Set(cuts.map(cut => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const end of [...places, bytes.length]) {
    if (end > from) socket.write(bytes.subarray(from, end));
    from = end;
    // The other side reads what is there before more is.
    for (let i = 0; i < 3; i++) await setImmediate();
  }
  if (after === 'end') socket.end();
  if (after === 'reset') socket.resetAndDestroy();
}
