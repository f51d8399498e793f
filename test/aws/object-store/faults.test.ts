import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { fixedKeys } from '../../../lib/aws/wire/credentials.ts';
import { objectStore } from '../../../lib/aws/wire/object-store.ts';
import { crc32Text } from '../../../lib/aws/wire/part-writer.ts';
import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { type Answering, reset, say, scriptedServer } from '../wire/scripted-server.ts';

const credentials = fixedKeys({ accessKeyId: 'AKID', secretAccessKey: 'secret' });
let server: Awaited<ReturnType<typeof scriptedServer>> | undefined;
let raw: Server | undefined;
const sockets = new Set<Socket>();
/** Requests that the server of bytes was sent. */
let heard = 0;
afterEach(async () => {
  await server?.stop();
  for (const socket of sockets) socket.destroy();
  await new Promise<void>(done => (raw ? raw.close(() => done()) : done()));
  server = raw = undefined;
});

async function storeThatMeets(...answers: Answering[]): Promise<ObjectStore> {
  server = await scriptedServer(...answers);
  return objectStore({
    bucket: 'bucket',
    region: 'us-east-1',
    endpoint: server.url,
    credentials,
    idleMs: 200,
  });
}

/** A server of bytes: each connection says the next of these texts, and then nothing. */
async function storeThatHears(...texts: string[]): Promise<ObjectStore> {
  let next = 0;
  heard = 0;
  raw = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => heard++);
    const text = texts[Math.min(next++, texts.length - 1)]!;
    socket.once('data', () => socket.write(text));
  });
  await new Promise<void>(done => raw!.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(raw.address() as AddressInfo).port}`;
  return objectStore({ bucket: 'bucket', region: 'us-east-1', endpoint: url, credentials, idleMs: 200 });
}

const read = async (store: ObjectStore, length = 10): Promise<string> => {
  const target = Buffer.alloc(length);
  let seen = '';
  await store.readInto('key', target, {
    onBytes: bytes => {
      seen += bytes.toString();
    },
    onRestart: () => {
      seen = '';
    },
  });
  // What was digested is what is there, whatever happened in between.
  expect(seen).toBe(target.toString());
  return target.toString();
};
const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789';
const slow = say(503, '<Error><Code>SlowDown</Code></Error>');

it('a body that stalls is given up and read again', async () => {
  const began = Date.now();
  expect(await read(await storeThatHears(whole.slice(0, -5), whole.slice(0, 20), whole))).toBe('0123456789');
  expect(Date.now() - began).toBeLessThan(5000);
});

it('a connection that breaks off, a short body and a storm of SlowDown are met again', async () => {
  const short: Answering = (request, response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('012', () => request.socket.destroy());
  };
  const store = await storeThatMeets(reset, short, slow, slow, reset, short, say(200, '0123456789'));
  expect(await read(store)).toBe('0123456789');
});

it.each([9, 11])('an object of %i bytes is not taken for one of 10', async length => {
  const store = await storeThatMeets(say(200, 'x'.repeat(length)));
  const target = Buffer.alloc(10);
  await expect(store.readInto('key', target, { signal: AbortSignal.timeout(1500) })).rejects.toThrow();
});

it('a whole object is not taken for a part of it', async () => {
  const store = await storeThatMeets(say(200, '0123456789'));
  const target = Buffer.alloc(10);
  await expect(
    store.readInto('key', target, { from: 5, signal: AbortSignal.timeout(1000) }),
  ).rejects.toThrow();
});

it('who gives up a read hears so at once, and the others on the same signal with it', async () => {
  const store = await storeThatHears(whole.slice(0, -5));
  const before = sockets.size;
  const giveUp = new AbortController();
  const reads = ['a', 'b'].map(key => store.readInto(key, Buffer.alloc(10), { signal: giveUp.signal }));
  const outcomes = Promise.allSettled(reads);
  while (sockets.size - before < 2) await sleep(5);
  await sleep(20);
  giveUp.abort();
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  // Neither is asked for anew.
  expect(sockets.size - before).toBe(2);
  await expect(store.readInto('c', Buffer.alloc(10), { signal: giveUp.signal })).rejects.toThrow();
  expect(sockets.size - before).toBe(2);
});

it('connections are used again, and one that was closed meanwhile is no failure', async () => {
  const closing: Answering = (request, response) => {
    response.writeHead(200, { 'content-length': '10' }).end('0123456789');
    setTimeout(() => request.socket.destroy(), 20);
  };
  const store = await storeThatMeets(closing);
  for (let i = 0; i < 3; i++) {
    await read(store);
    await new Promise(done => setTimeout(done, 40));
  }
});

it('a look meets broken connections, silence and a storm of SlowDown again, and is asked once where it is answered', async () => {
  const there = say(200, '', { 'content-length': '10', etag: '"e"' });
  const silent: Answering = () => undefined;
  for (const storm of [[reset], [reset, reset], [say(503, '')], [say(503, ''), say(500, '')], [silent]]) {
    const store = await storeThatMeets(...storm, there);
    expect(await store.look('key')).toMatchObject({ size: 10, etag: '"e"' });
    await server!.stop();
  }
  const store = await storeThatMeets(there, say(404, ''));
  expect([(await store.look('key'))?.size, await store.look('key')]).toEqual([10, undefined]);
  expect(server!.seen.map(({ method }) => method)).toEqual(['HEAD', 'HEAD']);
});

it('a connection that says something behind the head of a look is asked nothing more', async () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: "one"\r\n\r\n';
  const store = await storeThatHears(`${head}abc`, whole);
  expect((await store.look('key'))?.etag).toBe('"one"');
  expect(await read(store)).toBe('0123456789');
  expect(heard).toBe(2);
});

it('a clock that is 20 minutes off is put right by the Date of the refusal', async () => {
  const date = new Date(Date.now() + 20 * 60_000).toUTCString();
  const store = await storeThatMeets(
    say(403, '<Error><Code>RequestTimeTooSkewed</Code></Error>', { date }),
    say(200, 'xyz', { date }),
  );
  expect((await store.get('key'))?.toString()).toBe('xyz');
  const signed = server!.seen.map(({ headers }) => String(headers['x-amz-date']));
  const minutes = (text: string): number =>
    Date.parse(text.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')) / 60_000;
  expect(Math.round(minutes(signed[1]!) - minutes(signed[0]!))).toBe(20);
});

const body = Buffer.from('part');
const sum = crc32(body);
const begun = say(
  200,
  '<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>',
);
const part = say(200, '', { etag: '"p"' });
/** A HEAD says a length without a body. */
const head =
  (headers: Record<string, string>): Answering =>
  (_request, response) =>
    void response.writeHead(200, headers).end();
const there = head({
  'content-length': '4',
  'x-amz-checksum-crc32': crc32Text(sum),
  'x-amz-checksum-type': 'FULL_OBJECT',
  etag: '"o"',
});
const upload = async (...after: Answering[]) => {
  const store = await storeThatMeets(begun, part, ...after);
  const writer = await store.begin('key');
  await writer.part(1, body, sum);
  return writer.complete({ size: 4, crc32: sum });
};
const done = say(200, '<CompleteMultipartUploadResult><ETag>"o"</ETag></CompleteMultipartUploadResult>');

it('a part that is not taken plainly is sent again, whole, and one that is taken is sent once', async () => {
  const withBody = say(200, 'something', { etag: '"p"' });
  for (const storm of [[], [withBody], [reset], [reset, reset], [slow, say(500, '')]]) {
    const store = await storeThatMeets(begun, ...storm, part, done, there);
    const writer = await store.begin('key');
    await writer.part(1, body, sum);
    const sent = server!.seen.filter(({ method }) => method === 'PUT');
    const isTaken = storm.length === 0 || storm[0] === withBody;
    expect(sent).toHaveLength(isTaken ? 1 : storm.length + 1);
    expect(new Set(sent.map(({ text, headers }) => `${text} ${headers['content-length']}`))).toEqual(
      new Set(['part 4']),
    );
    if (storm[0] !== withBody)
      expect(await writer.complete({ size: 4, crc32: sum })).toMatchObject({ created: true });
    await server!.stop();
  }
});

it('a part that S3 refuses, or has stored with another checksum, is not taken', async () => {
  const refused = await storeThatMeets(begun, say(403, '<Error><Code>AccessDenied</Code></Error>'));
  await expect((await refused.begin('key')).part(1, body, sum)).rejects.toThrow('AccessDenied');
  await server!.stop();
  const other = say(200, '', { etag: '"p"', 'x-amz-checksum-crc32': crc32Text(sum + 1) });
  const store = await storeThatMeets(begun, other);
  await expect((await store.begin('key')).part(1, body, sum)).rejects.toThrow('stored with the CRC-32');
});

it('a completion that says 200 and then an error is asked for again', async () => {
  const failed = say(200, '<?xml version="1.0"?>\n<Error><Code>InternalError</Code></Error>');
  expect(await upload(failed, failed, done, there)).toMatchObject({
    created: true,
    object: { etag: '"o"', size: 4 },
  });
});

it('a completion that says 200 and did nothing is not believed', async () => {
  await expect(upload(done, say(404))).rejects.toThrow('was completed, and is not there');
});

it('a completion that stored something else is not believed', async () => {
  await expect(upload(done, head({ 'content-length': '3', etag: '"o"' }))).rejects.toThrow(
    'is stored with 3 bytes',
  );
});

it('a completion whose answer was lost is known by what is there', async () => {
  const gone = say(404, '<Error><Code>NoSuchUpload</Code></Error>');
  expect(await upload(reset, gone, there)).toMatchObject({ created: false, object: { size: 4 } });
});

it('keys that DeleteObjects does not speak of in its answer count as not deleted', async () => {
  const store = await storeThatMeets(
    say(
      200,
      '<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>PreconditionFailed</Code><Message>m</Message></Error><Error><Key>c</Key><Code>InternalError</Code><Message>m</Message></Error></DeleteResult>',
    ),
  );
  const entries = ['a', 'b', 'c', 'd'].map(key => ({ key, etag: '"e"' }));
  expect((await store.deleteMany(entries)).map(({ outcome }) => outcome)).toEqual([
    'deleted',
    'changed',
    'error',
    'error',
  ]);
  expect(server!.seen[0]!.text).toContain('<Key>a</Key><ETag>&#34;e&#34;</ETag>');
});
