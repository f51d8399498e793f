import * as sdk from '@aws-sdk/client-s3';
import { operationName, operations } from '../../../lib/twin/s3/operations/find.ts';

/** More than any of them needs; the SDK sends what belongs to the operation. */
const input = {
  Bucket: 'bucket',
  Key: 'folder/key',
  UploadId: 'upload',
  PartNumber: 1,
  CopySource: 'other/key',
  RenameSource: '/bucket/other',
  Id: 'id',
  Delete: { Objects: [{ Key: 'k' }] },
  ObjectAttributes: ['ETag'],
  Tagging: { TagSet: [] },
  Body: 'x',
  ContentLength: 1,
  AnnotationName: 'name',
  InputSerialization: { JSON: { Type: 'LINES' } },
  OutputSerialization: { JSON: {} },
  ExpressionType: 'SQL',
  Expression: 'select',
};

type Sent = { method: string; path: string; query: Record<string, string>; headers: Record<string, string> };

/** What the SDK would send. */
async function requestOf(Command: new (input: never) => object): Promise<Sent> {
  const sent: Sent[] = [];
  const client = new sdk.S3Client({
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    maxAttempts: 1,
    requestHandler: {
      handle: (request: Sent) => {
        sent.push(request);
        return Promise.reject(new Error('seen'));
      },
    } as never,
  });
  await client.send(new Command(input as never) as never).catch(() => undefined);
  if (!sent[0]) throw new Error('nothing was sent');
  return sent[0];
}

const nameOf = ({ method, path, query, headers }: Sent): string =>
  operationName({
    method,
    rawPath: path,
    query: new URLSearchParams(query),
    headers: { ...headers, host: '127.0.0.1:1' },
  });

/** Of directory buckets, Object Lambda and tables of metadata, which are other services or other endpoints. */
const elsewhere =
  /^(CreateSession|ListDirectoryBuckets|WriteGetObjectResponse|UpdateBucketMetadata.*|UpdateObjectEncryption)$/;

/** Of what the twin has not, a list is not told from one of its entries. */
const alias = (name: string): string =>
  /^List(Bucket(Analytics|IntelligentTiering|Inventory|Metrics)Configuration|ObjectAnnotation)s$/.test(name)
    ? name.replace('List', 'Get').replace(/s$/, '')
    : name;

const commands = Object.entries(sdk as unknown as Record<string, new (input: never) => object>).filter(
  ([name]) => /Command$/.test(name) && !name.startsWith('$'),
);

it('every operation of the SDK’s S3 client is told from every other', async () => {
  const wrong: string[] = [];
  for (const [name, Command] of commands) {
    const wanted = alias(name.replace(/Command$/, ''));
    if (elsewhere.test(wanted)) continue;
    const found = nameOf(await requestOf(Command));
    if (found !== wanted) wrong.push(`${wanted} is taken for "${found}"`);
  }
  expect(commands.length).toBeGreaterThan(90);
  expect(wrong).toEqual([]);
});

it('every operation of the table is one of the SDK’s', () => {
  const known = commands.map(([name]) => alias(name.replace(/Command$/, '')));
  expect(operations.map(each => each.name).filter(name => !known.includes(name))).toEqual([]);
});

it('a word that S3 has for other methods is no operation: DELETE ?retention removes no object', () => {
  const ask = (method: string, query: string): string =>
    operationName({ method, rawPath: '/bucket/key', query: new URLSearchParams(query), headers: {} });
  expect(ask('DELETE', '')).toBe('DeleteObject');
  expect(ask('DELETE', 'versionId=null')).toBe('DeleteObject');
  for (const query of ['retention', 'acl', 'attributes', 'legal-hold']) expect(ask('DELETE', query)).toBe('');
  expect(ask('GET', 'uploads')).toBe('');
});
