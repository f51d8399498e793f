import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { once } from '../../../../lib/aws/wire/http.ts';
import type { WireRequest } from '../../../../lib/aws/wire/socket/outgoing.ts';
import { type Answering, say, scriptedServer } from '../scripted-server.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function scripted(...answers: Answering[]) {
  const server = await scriptedServer(...answers);
  stops.push(server.stop);
  return server;
}

/** A server whose sockets are kept. */
async function listening(server: Server): Promise<{ origin: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  server.on('connection', socket => sockets.push(socket));
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  stops.push(
    () =>
      new Promise(done => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  );
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

const get = (origin: string, more: Partial<WireRequest> = {}): WireRequest => ({
  origin,
  target: '/',
  method: 'GET',
  headers: async () => ({}),
  ...more,
});
const streamed = (text: string, contentLength = text.length): Partial<WireRequest> => ({
  method: 'PUT',
  body: () => Readable.from([...text].map(letter => Buffer.from(letter))),
  contentLength,
});

it('a body goes out whole, as bytes or as a stream, and one after the other on one connection', async () => {
  const { origin, sockets } = await listening(
    createServer(async (asked, answer) => {
      answer.end(`${asked.headers.host} ${asked.headers['content-length']} ${await buffer(asked)}`);
    }),
  );
  const { host } = new URL(origin);
  for (const [request, said] of [
    [streamed('a stream'), '8 a stream'],
    [{ method: 'PUT', body: Buffer.from('bytes') }, '5 bytes'],
    [{ method: 'PUT' }, '0 '],
    [streamed(''), '0 '],
  ] as const) {
    const answer = await once(get(origin, request));
    expect((await answer.bytes()).toString()).toBe(`${host} ${said}`);
  }
  expect(sockets).toHaveLength(1);
});

it.each([
  ['shorter', 9, 'there were 8 of 9 bytes'],
  ['longer', 7, 'there are more than 7 bytes'],
])('a stream that is %s than it was said to be is no request', async (_, length, message) => {
  const server = await scripted(say(200));
  await expect(once(get(server.url, streamed('a stream', length)))).rejects.toThrow(message);
});

it('a stream that fails fails the request with what it says', async () => {
  const server = await scripted(say(200));
  const body = () =>
    Readable.from(
      (async function* () {
        yield Buffer.from('a');
        throw new Error('the disk is gone');
      })(),
    );
  await expect(once(get(server.url, { method: 'PUT', body, contentLength: 10 }))).rejects.toThrow(
    'the disk is gone',
  );
});

it('an answer before all of a body was sent is heard, the body is left, and the next request has another connection', async () => {
  const { origin, sockets } = await listening(
    createServer((asked, answer) => {
      if (asked.method === 'GET') answer.end('there');
      else answer.writeHead(403).end('no');
    }),
  );
  const endless = new Readable({ read() {} });
  endless.push(Buffer.alloc(1000));
  const refused = await once(get(origin, { method: 'PUT', body: () => endless, contentLength: 1e9 }));
  expect([refused.status, (await refused.bytes()).toString()]).toEqual([403, 'no']);
  expect(endless.destroyed).toBe(true);
  expect((await (await once(get(origin))).bytes()).toString()).toBe('there');
  expect(sockets).toHaveLength(2);
});

it.each([
  ['a header', { headers: async () => ({ 'x-amz-meta-a': 'one\r\nx-amz-acl: public-read' }) }],
  ['a header beyond latin1', { headers: async () => ({ 'x-amz-meta-a': '日' }) }],
  ['a path', { target: '/a HTTP/1.1\r\nhost: elsewhere' }],
])('%s that would be another request is refused before it is sent', async (_, request) => {
  const server = await scripted(say(200));
  await expect(once(get(server.url, request))).rejects.toThrow(/is no (value|path)/);
  expect(server.seen).toEqual([]);
});

it('a head of up to 64 KiB is read, and one that has no end by then is an error', async () => {
  const { origin } = await listening(
    createServer((asked, answer) => {
      for (let i = 0; i < Number(asked.url!.slice(1)); i++) answer.setHeader(`x-${i}`, 'x'.repeat(4000));
      answer.end('there');
    }),
  );
  for (const count of [0, 3, 4, 5, 9, 15]) {
    const answer = await once(get(origin, { target: `/${count}` }));
    expect(Object.keys(answer.headers).filter(name => name.startsWith('x-'))).toHaveLength(count);
    expect(String(await answer.bytes())).toBe('there');
  }
  await expect(once(get(origin, { target: '/17' }))).rejects.toThrow('the answer has no end of headers');
});

it('a connection that its server closes in a second is not used again', async () => {
  const { origin, sockets } = await listening(
    createServer((_, answer) => answer.setHeader('keep-alive', 'timeout=1').end('there')),
  );
  for (let i = 0; i < 2; i++) await (await once(get(origin))).bytes();
  expect(sockets).toHaveLength(2);
});

it('a server that says nothing is given up, before its answer and in the middle of it', async () => {
  const { origin } = await listening(
    createServer((asked, answer) => {
      if (asked.url === '/body') answer.writeHead(200, { 'content-length': '10' }).write('01234');
    }),
  );
  await expect(once(get(origin), 100)).rejects.toThrow(`${origin} said nothing for 0.1 s`);
  const answer = await once(get(origin, { target: '/body' }), 100);
  await expect(answer.bytes()).rejects.toThrow('said nothing for 0.1 s');
});

it('who reads slowly is sent no more than there is room for, and has all of it in the end', async () => {
  const body = Buffer.alloc(64 * 1024 * 1024, 'a piece of a body\r\n');
  const { origin, sockets } = await listening(createServer((_, answer) => answer.end(body)));
  for (const how of ['stream', 'bytes'] as const) {
    const answer = await once(get(origin));
    const stream = how === 'stream' ? answer.body : undefined;
    await sleep(300);
    expect(sockets[0]!.writableLength).toBeGreaterThan(body.length / 2);
    expect(body.equals(stream ? await buffer(stream) : await answer.bytes())).toBe(true);
  }
  expect(sockets).toHaveLength(1);
});

it('a stream that is left closes its connection; an answer that nobody wants is read, and leaves it to others', async () => {
  const body = Buffer.alloc(4 * 1024 * 1024);
  const asked: Socket[] = [];
  const { origin, sockets } = await listening(
    createServer((request, answer) => {
      asked.push(request.socket);
      if (request.url === '/') answer.end(body);
      // These leave no connection of their own.
      else answer.setHeader('connection', 'close').end();
    }),
  );
  const left = (await once(get(origin))).body;
  for await (const _ of left) break;
  expect(left.destroyed).toBe(true);
  (await once(get(origin))).drop();
  expect(sockets).toHaveLength(2);
  while (asked.at(-1) !== sockets[1] || asked.length === 2)
    await (await once(get(origin, { target: '/next' }))).bytes();
});
