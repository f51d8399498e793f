import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { AwsError, type SignedRequest, type TwinService } from '../http/service.ts';
import { Bucket } from './bucket.ts';
import { copyObject } from './copy.ts';
import { deleteMany } from './delete-many.ts';
import { s3Errors } from './errors.ts';
import { listObjects } from './list.ts';
import { Uploads } from './multipart.ts';
import { deleteObject, getObject, putObject, sendXml } from './objects.ts';
import { xmlDocument } from './xml.ts';

/** S3 over plain folders: `folder/<bucket>/<key>`. `folder/.buckets.json` may say that a bucket wants other keys. */
export function s3Service({
  folder,
  region = 'us-east-1',
}: {
  folder: string;
  region?: string;
}): TwinService {
  const open = new Map<string, Promise<Bucket>>();
  const uploads = new Uploads(join(folder, '.uploads'));
  const ready = clearIncoming(folder);

  const bucketOf = async (name: string, request: SignedRequest): Promise<Bucket> => {
    await ready;
    if (!isBucketName(name) || !existsSync(join(folder, name))) throw s3Errors.noSuchBucket(name);
    await checkAccess(folder, name, request.accessKeyId);
    const owner = request.headers['x-amz-expected-bucket-owner'];
    if (owner !== undefined && owner !== account) throw s3Errors.accessDenied();
    const known = open.get(name) ?? Bucket.open(folder, name);
    open.set(name, known);
    // A bucket that could not be opened is tried again with the next request.
    known.catch(() => open.delete(name));
    return known;
  };

  return {
    name: 's3',
    async handle(request, response) {
      const { bucket: name, key } = splitPath(request.rawPath);
      if (name === '') return listBuckets(folder, response);
      if (key === '') return handleBucket(folder, region, name, request, response, bucketOf, open, uploads);
      if (Buffer.byteLength(key) > 1024) throw new AwsError('KeyTooLongError', 400, 'Your key is too long');
      const bucket = await bucketOf(name, request);
      return handleObject(bucket, key, request, response, uploads, bucketOf);
    },
  };
}

type BucketOf = (name: string, request: SignedRequest) => Promise<Bucket>;

async function handleObject(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  response: ServerResponse,
  uploads: Uploads,
  bucketOf: BucketOf,
): Promise<void> {
  const { method, query, headers } = request;
  // PUT ?renameObject is no PUT of an object.
  const unknown = [...query.keys()].find(
    each => !objectParameters.has(each) && !/^(x-|response-)/i.test(each),
  );
  if (unknown !== undefined) throw s3Errors.notImplemented(unknown);
  const source = headers['x-amz-copy-source'];
  if (query.has('uploads') && method === 'POST') return uploads.create(bucket, key, request, response);
  if (query.has('uploadId')) {
    if (method === 'PUT' && source !== undefined) {
      const from = splitPath(`/${source.replace(/^\//, '')}`);
      return uploads.copyPart(await bucketOf(from.bucket, request), from.key, bucket, key, request, response);
    }
    if (method === 'PUT') return uploads.putPart(bucket, key, request, response);
    if (method === 'POST') return uploads.complete(bucket, key, request, response);
    if (method === 'DELETE') return uploads.abort(bucket, key, request, response);
    return uploads.listParts(bucket, key, request, response);
  }
  if (method === 'PUT' && source !== undefined) {
    const from = splitPath(`/${source.replace(/^\//, '').replace(/\?versionId=.*$/, '')}`);
    return copyObject(await bucketOf(from.bucket, request), from.key, bucket, key, request, response);
  }
  if (method === 'PUT') return putObject(bucket, key, request, response);
  if (method === 'GET' || method === 'HEAD') return getObject(bucket, key, request, response);
  if (method === 'DELETE') return deleteObject(bucket, key, request, response);
  throw new AwsError('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.');
}

async function handleBucket(
  folder: string,
  region: string,
  name: string,
  request: SignedRequest,
  response: ServerResponse,
  bucketOf: BucketOf,
  open: Map<string, Promise<Bucket>>,
  uploads: Uploads,
): Promise<void> {
  const { method, query } = request;
  if (method === 'PUT' && [...query.keys()].every(key => key.startsWith('x-id')))
    return createBucket(folder, name, response);
  const bucket = await bucketOf(name, request);
  // DELETE ?analytics is no DELETE of the bucket.
  const unknown = [...query.keys()].find(key => !bucketParameters.has(key) && !/^x-/i.test(key));
  if (unknown !== undefined) throw s3Errors.notImplemented(unknown);
  if (method === 'HEAD') return void response.writeHead(200, { 'x-amz-bucket-region': region }).end();
  if (method === 'POST' && query.has('delete')) return deleteMany(bucket, request, response);
  if (method === 'DELETE') {
    if (!(await bucket.isEmpty()))
      throw new AwsError('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty', {
        BucketName: name,
      });
    await bucket.destroy().finally(() => open.delete(name));
    return void response.writeHead(204).end();
  }
  if (method !== 'GET')
    throw new AwsError('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.');
  if (query.has('location')) {
    return sendXml(
      response,
      `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${region === 'us-east-1' ? '' : region}</LocationConstraint>`,
    );
  }
  if (query.has('uploads')) return uploads.listUploads(bucket, request, response);
  if (query.has('versioning')) return sendXml(response, xmlDocument('VersioningConfiguration', {}));
  return listObjects(bucket, request, response);
}

/** What requests of objects that the twin has may say in their query. */
const objectParameters = new Set(
  'uploads uploadId partNumber versionId max-parts part-number-marker encoding-type'.split(' '),
);

/** What requests of buckets that the twin has may say in their query. */
const bucketParameters = new Set(
  `delete location uploads versioning list-type prefix delimiter marker max-keys encoding-type continuation-token
  start-after fetch-owner key-marker upload-id-marker max-uploads`.split(/\s+/),
);

async function createBucket(folder: string, name: string, response: ServerResponse): Promise<void> {
  if (!isBucketName(name))
    throw new AwsError('InvalidBucketName', 400, 'The specified bucket is not valid.', { BucketName: name });
  if (existsSync(join(folder, name)))
    throw new AwsError(
      'BucketAlreadyOwnedByYou',
      409,
      'Your previous request to create the named bucket succeeded and you already own it.',
      { BucketName: name },
    );
  await mkdir(join(folder, name), { recursive: true });
  response.writeHead(200, { location: `/${name}` }).end();
}

async function listBuckets(folder: string, response: ServerResponse): Promise<void> {
  const names = (await readdir(folder, { withFileTypes: true }).catch(() => []))
    .filter(entry => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(entry => entry.name);
  const buckets = await Promise.all(
    names
      .sort()
      .map(async Name => ({ Name, CreationDate: (await stat(join(folder, Name))).birthtime.toISOString() })),
  );
  sendXml(
    response,
    xmlDocument('ListAllMyBucketsResult', {
      Owner: { ID: 'twin', DisplayName: 'twin' },
      Buckets: { Bucket: buckets },
    }),
  );
}

/** Files that were being received when an earlier twin was killed; none of them was acknowledged. */
async function clearIncoming(folder: string): Promise<void> {
  const names = await readdir(join(folder, '.meta')).catch(() => [] as string[]);
  for (const name of names) {
    const pid = /^\.incoming-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(folder, '.meta', name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function checkAccess(folder: string, bucket: string, accessKeyId: string): Promise<void> {
  const text = await readFile(join(folder, '.buckets.json'), 'utf8').catch(() => '{}');
  const wanted = (JSON.parse(text) as Record<string, { accessKeyIds?: readonly string[] }>)[bucket]
    ?.accessKeyIds;
  if (wanted && !wanted.includes(accessKeyId)) throw s3Errors.accessDenied();
}

/** The account that owns everything in the twin. */
const account = '000000000000';

const isBucketName = (name: string): boolean =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');

function splitPath(rawPath: string): { bucket: string; key: string } {
  const slash = rawPath.indexOf('/', 1);
  const bucket = slash < 0 ? rawPath.slice(1) : rawPath.slice(1, slash);
  try {
    return {
      bucket: decodeURIComponent(bucket),
      key: slash < 0 ? '' : decodeURIComponent(rawPath.slice(slash + 1)),
    };
  } catch {
    throw new AwsError('InvalidURI', 400, "Couldn't parse the specified URI.");
  }
}
