import { existsSync } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { AwsError, type SignedRequest } from '../http/service.ts';
import { isBucketName } from './address.ts';
import { sendXml } from './answers.ts';
import { s3Errors } from './errors.ts';
import { readXml } from './read-xml.ts';
import { Settings } from './settings.ts';
import { textsOf, xmlDocument } from './xml.ts';

export const isCreation = ({ method, query }: SignedRequest): boolean =>
  method === 'PUT' && [...query.keys()].every(each => each === 'x-id');

/** CreateBucket. A twin has one region. */
export async function createBucket(
  folder: string,
  name: string,
  region: string,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  if (!isBucketName(name))
    throw new AwsError('InvalidBucketName', 400, 'The specified bucket is not valid.', { BucketName: name });
  checkLocation(await readXml(request), region);
  const isThere = existsSync(join(folder, name));
  // For legacy compatibility, to make one's own bucket again is no error in us-east-1 (S3's API reference).
  if (isThere && region !== 'us-east-1')
    throw new AwsError(
      'BucketAlreadyOwnedByYou',
      409,
      'Your previous request to create the named bucket succeeded and you already own it.',
      { BucketName: name },
    );
  if (!isThere && request.headers['x-amz-bucket-object-lock-enabled']?.toLowerCase() === 'true') {
    const settings = await Settings.open(join(folder, '.settings', `${name}.json`), {});
    await settings.change({ versioning: 'Enabled', objectLock: {} });
  }
  await mkdir(join(folder, name), { recursive: true });
  response.writeHead(200, { location: `/${name}` }).end();
}

/** us-east-1 is where no location is said, and nowhere else may it be left out. */
function checkLocation(xml: string, region: string): void {
  const given = textsOf(xml, 'LocationConstraint')[0];
  if (given === 'us-east-1') {
    throw new AwsError('InvalidLocationConstraint', 400, 'The specified location-constraint is not valid', {
      LocationConstraint: given,
    });
  }
  if ((given ?? 'us-east-1') === region) return;
  const message = `The ${given ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`;
  throw new AwsError('IllegalLocationConstraintException', 400, message);
}

const mostBuckets = 10_000;

/** ListBuckets, by prefix and region, in pages where they are asked for. */
export async function listBuckets(
  folder: string,
  region: string,
  { query }: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const prefix = query.get('prefix') ?? '';
  const after = Buffer.from(query.get('continuation-token') ?? '', 'base64url').toString('utf8');
  const most = Number(query.get('max-buckets') ?? mostBuckets);
  if (!Number.isInteger(most) || most < 1 || most > mostBuckets) {
    const message = `Argument max-buckets must be an integer between 1 and ${mostBuckets}`;
    throw s3Errors.invalidArgument(message, 'max-buckets', query.get('max-buckets'));
  }
  const isHere = (query.get('bucket-region') ?? region) === region;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter(entry => isHere && entry.isDirectory() && !entry.name.startsWith('.'))
    .map(entry => entry.name)
    .filter(name => name.startsWith(prefix) && name > after)
    .sort();
  const page = names.slice(0, most);
  const Bucket = await Promise.all(
    page.map(async Name => ({
      Name,
      CreationDate: (await stat(join(folder, Name))).birthtime.toISOString(),
      BucketRegion: region,
    })),
  );
  sendXml(
    response,
    xmlDocument('ListAllMyBucketsResult', {
      Owner: { ID: 'twin', DisplayName: 'twin' },
      Buckets: { Bucket },
      ContinuationToken:
        names.length > most ? Buffer.from(page.at(-1) ?? '').toString('base64url') : undefined,
      Prefix: query.has('prefix') ? prefix : undefined,
    }),
  );
}
