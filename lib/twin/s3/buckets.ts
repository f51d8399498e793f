import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { AwsError, type SignedRequest } from '../http/service.ts';
import type { Bucket } from './disk/bucket.ts';
import { SettingsFile } from './disk/settings.ts';
import type { Uploads } from './uploads/multipart.ts';
import { isBucketName, isNewBucketName } from './wire/address.ts';
import { sendXml } from './wire/answers.ts';
import { s3Errors } from './wire/errors.ts';
import { readXml } from './wire/read-xml.ts';
import { textsOf, xmlDocument } from './wire/xml.ts';

/**
 * CreateBucket, at the endpoint of the region that the request is signed for; one of a name at a time. `forget` is called
 * before a bucket is made: one of the name may still be open whose folder went by hand.
 */
export async function createBucket(
  folder: string,
  name: string,
  region: string,
  request: SignedRequest,
  response: ServerResponse,
  forget: () => Promise<void>,
): Promise<void> {
  if (!isNewBucketName(name))
    throw new AwsError('InvalidBucketName', 400, 'The specified bucket is not valid.', { BucketName: name });
  const location = locationAsked(await readXml(request), request.region);
  if (existsSync(join(folder, name))) {
    // For legacy compatibility, to make one's own bucket again is no error in us-east-1 (S3's API reference).
    const isLegacy = [request.region, location, await locationOf(folder, name, region)];
    if (isLegacy.every(each => each === 'us-east-1')) return send();
    throw new AwsError(
      'BucketAlreadyOwnedByYou',
      409,
      'Your previous request to create the named bucket succeeded and you already own it.',
      { BucketName: name },
    );
  }
  await forget();
  await removeLeftovers(folder, name);
  const isLocked = request.headers['x-amz-bucket-object-lock-enabled']?.toLowerCase() === 'true';
  if (isLocked || location !== region) {
    const settings = await settingsOf(folder, name);
    await settings.change({
      ...(isLocked ? { versioning: 'Enabled', objectLock: {} } : {}),
      ...(location === region ? {} : { location }),
    });
  }
  await mkdir(join(folder, name), { recursive: true });
  send();

  function send(): void {
    response.writeHead(200, { location: `/${name}` }).end();
  }
}

/** What a bucket of the name left whose removal was killed, or whose folder went by hand: a new one has none of it. */
async function removeLeftovers(folder: string, name: string): Promise<void> {
  for (const path of [`.settings/${name}.json`, `.meta/${name}.log`, `.versions/${name}`]) {
    await rm(join(folder, path), { recursive: true, force: true });
  }
}

/** DeleteBucket: an empty bucket goes with the uploads that nobody completed. */
export async function removeBucket(bucket: Bucket, uploads: Uploads): Promise<void> {
  const message = 'The bucket you tried to delete is not empty';
  const notEmpty = new AwsError('BucketNotEmpty', 409, message, { BucketName: bucket.name });
  if (!(await bucket.isEmpty())) throw notEmpty;
  await bucket.destroy().catch(error => {
    // Something came in meanwhile.
    throw (error as NodeJS.ErrnoException).code === 'ENOTEMPTY' ? notEmpty : error;
  });
  await uploads.abortOld(bucket, () => true);
}

/** At us-east-1's endpoint it may be any; at another it must be that one, and be said. */
function locationAsked(xml: string, endpoint: string): string {
  const given = textsOf(xml, 'LocationConstraint')[0];
  if (endpoint !== 'us-east-1' && given !== endpoint) {
    const message = `The ${given ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`;
    throw new AwsError('IllegalLocationConstraintException', 400, message);
  }
  if (given === 'us-east-1' || (given !== undefined && !/^([a-z]{2}(-[a-z]+)+-\d|EU)$/.test(given))) {
    throw new AwsError('InvalidLocationConstraint', 400, 'The specified location-constraint is not valid', {
      LocationConstraint: given,
    });
  }
  return given ?? 'us-east-1';
}

const settingsOf = (folder: string, name: string): Promise<SettingsFile> =>
  SettingsFile.open(join(folder, '.settings', `${name}.json`), {});

async function locationOf(folder: string, name: string, region: string): Promise<string> {
  return (await settingsOf(folder, name)).get().location ?? region;
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
  const wanted = query.get('bucket-region');
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .filter(name => isBucketName(name) && name.startsWith(prefix) && name > after)
    .sort();
  const all = await Promise.all(
    names.map(async Name => ({
      Name,
      CreationDate: (await stat(join(folder, Name))).birthtime.toISOString(),
      BucketRegion: await locationOf(folder, Name, region),
    })),
  );
  const found = all.filter(each => wanted === null || each.BucketRegion === wanted);
  const Bucket = found.slice(0, most);
  sendXml(
    response,
    xmlDocument('ListAllMyBucketsResult', {
      Owner: { ID: 'twin', DisplayName: 'twin' },
      Buckets: { Bucket },
      ContinuationToken:
        found.length > most ? Buffer.from(Bucket.at(-1)?.Name ?? '').toString('base64url') : undefined,
      Prefix: query.has('prefix') ? prefix : undefined,
    }),
  );
}
