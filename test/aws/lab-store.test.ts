import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sdkSettings } from '../../lib/aws/credentials.ts';
import { labStore } from '../../lib/aws/lab-store.ts';
import { scriptedServer } from './wire/scripted-server.ts';

const credentials = { accessKeyId: 'AKIAMEMBER', secretAccessKey: 's' };
const page =
  '<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a/1</Key><Size>1</Size></Contents></ListBucketResult>';

/** What asked for what: the SDK names itself. */
async function askedBy(hasOtherHosts: boolean) {
  const seen: Record<string, 'sdk' | 'small'> = {};
  const server = await scriptedServer((request, response) => {
    const kind = request.url!.includes('list-type') ? 'list' : request.url!.replace(/^.*\/|\?.*$/g, '');
    seen[kind] = /aws-sdk-js/.test(request.headers['user-agent'] ?? '') ? 'sdk' : 'small';
    const body = kind === 'list' ? page : 'text';
    response.writeHead(200, { etag: '"e"', 'content-length': body.length }).end(body);
  });
  try {
    const settings = {
      credentials: async () => credentials,
      hasOtherHosts: async () => hasOtherHosts,
    };
    const store = labStore({ region: 'us-east-1', url: server.url, credentials }, 'b', settings);
    expect((await store.get('get'))!.toString()).toBe('text');
    expect(await store.put('put', 'x')).toBe(true);
    for await (const { key } of store.list('a/')) expect(key).toBe('a/1');
    const path = join(await mkdtemp(join(tmpdir(), 'lab-store-')), 'file');
    await store.download('download', path);
    expect(await readFile(path, 'utf8')).toBe('text');
    return seen;
  } finally {
    await server.stop();
  }
}

it('what is small goes by the small client, and whole files by the SDK, which can be interrupted', async () => {
  expect(await askedBy(false)).toEqual({ get: 'small', put: 'small', list: 'small', download: 'sdk' });
});

it('where a setting asks for hosts of its own, all of it is the SDK’s', async () => {
  expect(await askedBy(true)).toEqual({ get: 'sdk', put: 'sdk', list: 'sdk', download: 'sdk' });
});

it.each([
  ['AWS_USE_FIPS_ENDPOINT', true],
  ['AWS_USE_DUALSTACK_ENDPOINT', true],
  ['AWS_ENDPOINT_URL_S3', true],
  ['AWS_UNRELATED', false],
])('%s=true is such a setting: %s', async (name, isOne) => {
  process.env[name] = 'true';
  try {
    expect(await sdkSettings({ region: 'us-east-1', credentials }).hasOtherHosts()).toBe(isOne);
  } finally {
    delete process.env[name];
  }
});
