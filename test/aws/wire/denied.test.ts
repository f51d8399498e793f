import { s3Store } from '../../../lib/aws/store.ts';
import { fixedKeys } from '../../../lib/aws/wire/credentials.ts';
import { objectStore } from '../../../lib/aws/wire/object-store.ts';
import { wireStore } from '../../../lib/aws/wire/store.ts';
import type { Store } from '../../../lib/contract/ports/ports.ts';
import { type Answering, scriptedServer } from './scripted-server.ts';

const keys = { accessKeyId: 'AKIA', secretAccessKey: 's' };
const denied = '<Error><Code>AccessDenied</Code><Message>no</Message></Error>';
/** S3 for who may not be told of keys one by one: 403 to each, and a listing of these, or none. */
const answering =
  (listed: readonly string[] | 'denied'): Answering =>
  (request, response) => {
    const prefix = new URL(request.url!, 'http://x').searchParams.get('prefix');
    const isRefused = prefix === null || listed === 'denied';
    const found = isRefused ? [] : listed.filter(key => key.startsWith(prefix)).slice(0, 1);
    const body = isRefused
      ? denied
      : `<ListBucketResult>${found.map(key => `<Contents><Key>${key}</Key><Size>1</Size><ETag>e</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`).join('')}</ListBucketResult>`;
    response
      .writeHead(isRefused ? 403 : 200, { 'content-type': 'application/xml' })
      .end(request.method === 'HEAD' ? undefined : body);
  };

const at = { bucket: 'b', region: 'us-east-1', credentials: fixedKeys(keys) };
const stores: readonly (readonly [string, (endpoint: string) => Pick<Store, 'head' | 'get'>])[] = [
  ['containers', endpoint => wireStore({ ...at, endpoint })],
  [
    'archives',
    endpoint => ({ ...wireStore({ ...at, endpoint }), head: objectStore({ ...at, endpoint }).look as never }),
  ],
  ['lab', endpoint => s3Store({ region: 'us-east-1', url: endpoint, credentials: keys }, 'b')],
];

describe.each(stores)('a key that S3 will not say is not there, to the store of %s', (_, open) => {
  const asked = async (listed: readonly string[] | 'denied'): Promise<unknown[]> => {
    const server = await scriptedServer(answering(listed));
    try {
      const store = open(server.url);
      return await Promise.all(
        [store.head('runs/a'), store.get('runs/a')].map(each => each.catch((error: Error) => error)),
      );
    } finally {
      await server.stop();
    }
  };

  it('is not there where the listing has no such key, though it has longer ones', async () => {
    expect(await asked([])).toEqual([undefined, undefined]);
    expect(await asked(['runs/ab'])).toEqual([undefined, undefined]);
  });

  it('is refused where it is there, and where nobody may list either', async () => {
    for (const listed of [['runs/a'], 'denied'] as const)
      for (const answer of await asked(listed)) expect(String(answer)).toMatch(/AccessDenied|403|Unknown/);
  });
});
