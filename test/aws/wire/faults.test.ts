import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { s3Store } from '../../../lib/aws/store.ts';
import { getJob, getSecret } from '../../../lib/aws/wire/calls.ts';
import { fixedKeys } from '../../../lib/aws/wire/credentials.ts';
import { wireStore } from '../../../lib/aws/wire/store.ts';
import type { Bytes } from '../../../lib/contract/list/bytes.ts';
import { Lines } from '../../../lib/contract/list/lines.ts';
import type { Store } from '../../../lib/contract/ports/ports.ts';
import { type Answering, reset, say, scriptedServer } from './scripted-server.ts';

const credentials = fixedKeys({ accessKeyId: 'AKID', secretAccessKey: 'secret' });
let server: Awaited<ReturnType<typeof scriptedServer>> | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function storeThatMeets(...answers: Answering[]): Promise<Store> {
  server = await scriptedServer(...answers);
  return wireStore({ bucket: 'bucket', region: 'us-east-1', endpoint: server.url, credentials });
}
async function serviceThatMeets(...answers: Answering[]) {
  server = await scriptedServer(...answers);
  return { region: 'us-east-1', credentials, endpoint: server.url };
}
const refused = say(412, '<Error><Code>PreconditionFailed</Code></Error>');
/** Promises ten bytes, sends three, and hangs up. */
const broken: Answering = (request, response) => {
  response.writeHead(200, { 'content-length': '10' });
  response.write('012', () => request.socket.destroy());
};

it('asks again after a 503 and after a reset', async () => {
  const store = await storeThatMeets(
    say(503, '<Error><Code>SlowDown</Code></Error>'),
    reset,
    say(200, 'there'),
  );
  expect((await store.get('key'))?.toString()).toBe('there');
  expect(server?.seen.length).toBe(3);
});

describe('a body that is not all in memory', () => {
  const text = 'line\n'.repeat(100_000);
  const bytes = new Lines(0);
  bytes.append(Buffer.from(text));
  it.each(['the small client', 'the SDK'])(
    'is sent again from its beginning after a 503 and a reset: %s',
    async which => {
      const small = await storeThatMeets(say(503, '<Error><Code>SlowDown</Code></Error>'), reset, say(200));
      const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' };
      const store =
        which === 'the SDK'
          ? s3Store({ region: 'us-east-1', url: server!.url, credentials }, 'bucket')
          : small;
      expect(await store.put('key', bytes)).toBe(true);
      expect(server!.seen.map(each => each.text === text)).toEqual([true, true, true]);
      const checksum = createHash('sha256').update(text).digest('base64');
      for (const { headers } of server!.seen)
        expect(headers).toMatchObject({
          'content-length': `${text.length}`,
          'x-amz-checksum-sha256': checksum,
        });
    },
  );
  it('meets itself where its answer was lost, and is written then', async () => {
    const head: Answering = (_request, response) =>
      void response.writeHead(200, { 'content-length': `${text.length}` }).end();
    const there: Answering = ({ headers }, response) => {
      const [from, to] = /(\d+)-(\d+)/.exec(headers.range!)!.slice(1).map(Number);
      const piece = text.slice(from, to! + 1);
      response.writeHead(206, { 'content-length': `${piece.length}` }).end(piece);
    };
    const store = await storeThatMeets(reset, refused, head, there);
    expect(await store.put('key', bytes, { ifNoneMatch: true })).toBe(true);
  });
  it('breaks off where it cannot be read any more', async () => {
    const gone: Bytes = {
      length: 200_000,
      slice: from => {
        if (from > 0) throw new Error('the disk is gone');
        return Buffer.alloc(64 * 1024);
      },
    };
    const store = await storeThatMeets(say(200));
    await expect(store.put('key', gone)).rejects.toThrow('the disk is gone');
  });
});

it('asks again for a body that broke off', async () => {
  const store = await storeThatMeets(broken, say(200, '0123456789'));
  expect((await store.get('key'))?.toString()).toBe('0123456789');
});

it('asks again for a body that is not what was stored', async () => {
  const checksum = createHash('sha256').update('{"jobId":"a"}').digest('base64');
  const headers = { 'x-amz-checksum-sha256': checksum };
  const flipped = say(200, '{"jobId":"q"}', headers);
  const cut = say(200, '{"jobId"', headers);
  const store = await storeThatMeets(flipped, cut, say(200, '{"jobId":"a"}', headers));
  expect((await store.get('key'))?.toString()).toBe('{"jobId":"a"}');
  expect(server!.seen[0]!.headers['x-amz-checksum-mode']).toBe('ENABLED');
  await server!.stop();
  const never = await storeThatMeets(flipped);
  await expect(never.get('key')).rejects.toThrow(
    'key: the bytes that arrived are not those that were stored',
  );
});

it('does not ask again after a refusal', async () => {
  const store = await storeThatMeets(
    say(403, '<Error><Code>AccessDenied</Code><Message>no</Message></Error>'),
  );
  await expect(store.get('key')).rejects.toMatchObject({
    code: 'AccessDenied',
    message: 'AccessDenied (403): no',
  });
  // And once whether the key is there at all.
  expect(server?.seen.map(each => each.url.replace(/&.*/, ''))).toEqual([
    '/bucket/key',
    '/bucket?encoding-type=url',
  ]);
});

it('knows its own conditional write again when the answer to it was lost', async () => {
  const store = await storeThatMeets(reset, refused, say(200, 'mine'));
  expect(await store.put('claim', 'mine', { ifNoneMatch: true })).toBe(true);
  expect(server?.seen.map(each => each.method)).toEqual(['PUT', 'PUT', 'GET']);
});

it('knows that a conditional write sent twice met the object of another', async () => {
  const store = await storeThatMeets(reset, refused, say(200, 'theirs'));
  expect(await store.put('claim', 'mine', { ifNoneMatch: true })).toBe(false);
});

it('writes again when the other conditional write came to nothing', async () => {
  const conflict = say(409, '<Error><Code>ConditionalRequestConflict</Code></Error>');
  const gone = say(404, '<Error><Code>NoSuchKey</Code></Error>');
  const store = await storeThatMeets(conflict, gone, say(200));
  expect(await store.put('claim', 'mine', { ifNoneMatch: true })).toBe(true);
});

it('keeps no file of bytes that are not those that were stored', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wire-'));
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32('right'));
  const headers = { 'x-amz-checksum-crc32': checksum.toString('base64') };
  const store = await storeThatMeets(say(200, 'wrong', headers));
  await expect(store.download('key', join(folder, 'file'))).rejects.toThrow('not those that were stored');
  expect(await readdir(folder)).toEqual([]);
  await server?.stop();
  const honest = await storeThatMeets(broken, say(200, 'right', headers));
  await honest.download('key', join(folder, 'file'));
  expect(await readFile(join(folder, 'file'), 'utf8')).toBe('right');
  await rm(folder, { recursive: true });
});

it('does not believe an upload whose checksum S3 answers differently', async () => {
  const store = await storeThatMeets(say(200, '', { etag: '"x"', 'x-amz-checksum-sha256': 'other' }));
  await expect(store.upload(import.meta.filename, 'key')).rejects.toThrow('stored with the checksum other');
});

it('gives the text of a secret, asking again when throttled with 400', async () => {
  const service = await serviceThatMeets(
    say(400, '{"__type":"ThrottlingException","message":"slower"}'),
    say(200, '{"SecretString":"text"}'),
  );
  expect(await getSecret(service, 'name')).toBe('text');
  expect(server?.seen[1]).toMatchObject({
    method: 'POST',
    text: '{"SecretId":"name"}',
    headers: { 'x-amz-target': 'secretsmanager.GetSecretValue' },
  });
});

it('names the error of a secret that is not there, once', async () => {
  const service = await serviceThatMeets(
    say(400, '{"__type":"ResourceNotFoundException","Message":"no such"}'),
  );
  await expect(getSecret(service, 'name')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  expect(server?.seen.length).toBe(1);
});

it("reads a job's parameters back", async () => {
  const service = await serviceThatMeets(
    say(
      200,
      '{"jobs":[{"parameters":{"ParticipantArrayFile":"few.txt"},"container":{"resourceRequirements":[{"type":"MEMORY","value":"4"}]}}]}',
    ),
  );
  expect(await getJob(service, 'job')).toEqual({
    parameters: { ParticipantArrayFile: 'few.txt' },
    memoryMiB: 4,
  });
  expect(server?.seen[0]).toMatchObject({ url: '/v1/describejobs', text: '{"jobs":["job"]}' });
});
