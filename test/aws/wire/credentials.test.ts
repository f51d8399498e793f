import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containerKeys } from '../../../lib/aws/wire/credentials.ts';
import { endpointFrom } from '../../../lib/aws/wire/endpoints.ts';
import { say, scriptedServer } from './scripted-server.ts';

const granted = (id: string, minutes: number) =>
  say(
    200,
    JSON.stringify({
      AccessKeyId: id,
      SecretAccessKey: 'secret',
      Token: 'token',
      Expiration: new Date(Date.now() + minutes * 60_000).toISOString(),
    }),
  );

it('asks once for keys that hold, however many requests start together', async () => {
  const server = await scriptedServer(granted('ONE', 60), granted('TWO', 60));
  const keys = containerKeys({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/keys`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'mine',
  });
  const all = await Promise.all([keys(), keys(), keys()]);
  expect(new Set(all.map(each => each.accessKeyId))).toEqual(new Set(['ONE']));
  expect((await keys()).sessionToken).toBe('token');
  expect(server.seen.map(each => each.headers.authorization)).toEqual(['mine']);
  await server.stop();
});

it('asks again before keys expire', async () => {
  const server = await scriptedServer(granted('SHORT', 4), granted('LONG', 60));
  const keys = containerKeys({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/keys` });
  expect((await keys()).accessKeyId).toBe('SHORT');
  expect((await keys()).accessKeyId).toBe('LONG');
  expect((await keys()).accessKeyId).toBe('LONG');
  await server.stop();
});

it('goes on with keys that still hold when new ones are refused', async () => {
  const server = await scriptedServer(granted('SHORT', 4), say(403));
  const keys = containerKeys({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/keys` });
  await keys();
  expect((await keys()).accessKeyId).toBe('SHORT');
  await server.stop();
});

it('reads the token from its file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'token-'));
  await writeFile(join(folder, 'token'), 'of-file\n');
  const server = await scriptedServer(granted('ONE', 60));
  await containerKeys({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: server.url,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(folder, 'token'),
  })();
  expect(server.seen[0]?.headers.authorization).toBe('of-file');
  await server.stop();
  await rm(folder, { recursive: true });
});

it('takes keys over plain http from no other machine', () => {
  expect(() =>
    containerKeys({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://elsewhere.example/keys' }),
  ).toThrow('elsewhere.example may not hand out credentials');
});

it('takes keys of the environment, and says when there are none', async () => {
  const given = { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'B' };
  expect(await containerKeys(given)()).toEqual({ accessKeyId: 'A', secretAccessKey: 'B' });
  await expect(containerKeys({})()).rejects.toThrow('no AWS credentials');
});

it("takes a service's own endpoint before the one for all", () => {
  const given = { AWS_ENDPOINT_URL: 'http://all', AWS_ENDPOINT_URL_S3: 'http://s3' };
  expect([endpointFrom(given, 'S3'), endpointFrom(given, 'BATCH'), endpointFrom({}, 'S3')]).toEqual([
    'http://s3',
    'http://all',
    undefined,
  ]);
});
