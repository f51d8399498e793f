import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { everyRight, noRight, type Rights } from '../access/needed.ts';
import { clockOfFile } from '../clock-file.ts';
import { AwsError, anonymous, type SignedRequest, type TwinService } from '../http/service.ts';
import { onceATurn } from '../once-a-turn.ts';
import { createBucket, removeBucket } from './buckets.ts';
import { Bucket } from './disk/bucket.ts';
import { clearIncoming } from './disk/incoming.ts';
import { Locks } from './disk/locks.ts';
import type { BucketSettings } from './disk/settings.ts';
import { dispatch } from './dispatch.ts';
import { LifecycleRun } from './lifecycle-run.ts';
import type { BucketOf, Ground } from './operations/operation.ts';
import { Uploads } from './uploads/multipart.ts';
import { checkOwner } from './wire/account.ts';
import { isBucketName } from './wire/address.ts';
import { s3Errors } from './wire/errors.ts';

export interface S3Options {
  readonly folder: string;
  readonly region?: string;
  /** Settings of buckets, by name, while nobody has put other ones. */
  readonly settings?: Readonly<Record<string, BucketSettings>>;
  /** What a request's sender may do; everything when left out, but for who has no key. */
  readonly rightsOf?: (request: SignedRequest) => Rights;
}

/**
 * S3 over plain folders: `folder/<bucket>/<key>`. `folder/.buckets.json` may say that a bucket wants other keys,
 * `folder/.clock.json` that it is later than it is.
 */
export function s3Service({
  folder,
  region = 'us-east-1',
  settings = {},
  rightsOf = ({ accessKeyId }) => (accessKeyId === anonymous ? noRight : everyRight),
}: S3Options): TwinService {
  const open = new Map<string, Promise<Bucket>>();
  const uploads = new Uploads(join(folder, '.uploads'));
  const lifecycle = new LifecycleRun(uploads);
  const clock = clockOfFile(folder);
  const checkAccess = accessList(folder);
  const ready = clearIncoming(folder);
  const looked = onceATurn(() => new Map<string, boolean>());
  const isThere = (name: string): boolean => {
    const is = looked().get(name) ?? existsSync(join(folder, name));
    looked().set(name, is);
    return is;
  };
  const creations = new Locks();

  const bucketOf: BucketOf = async (name, request) => {
    await ready;
    if (!isBucketName(name) || !isThere(name)) throw s3Errors.noSuchBucket(name);
    checkAccess(name, request.accessKeyId);
    checkOwner(request.headers, 'x-amz-expected-bucket-owner');
    const known = open.get(name) ?? Bucket.open(folder, name, clock, settings[name]);
    open.set(name, known);
    // A bucket that could not be opened is tried again with the next request.
    known.catch(() => open.delete(name));
    const bucket = await known;
    await lifecycle.catchUp(bucket);
    return bucket;
  };

  const forget = async (name: string): Promise<void> => {
    const known = await open.get(name)?.catch(() => undefined);
    open.delete(name);
    known?.close();
  };

  const ground: Ground = {
    folder,
    region,
    uploads,
    bucketOf,
    rightsOf,
    async create(name, request, response) {
      await creations.run(name, () =>
        createBucket(folder, name, region, request, response, () => forget(name)),
      );
      looked().delete(name);
    },
    async remove(bucket) {
      await removeBucket(bucket, uploads);
      open.delete(bucket.name);
      looked().delete(bucket.name);
    },
  };

  return {
    name: 's3',
    takesAnyone: true,
    async handle(request, response) {
      checkHead(request);
      return dispatch(request, response, ground);
    },
    async close() {
      for (const bucket of await Promise.allSettled(open.values())) {
        if (bucket.status === 'fulfilled') bucket.value.close();
      }
    },
  };
}

const longestHead = 8 * 1024;

function checkHead({ http }: SignedRequest): void {
  const bytes = http.rawHeaders.reduce((sum, text) => sum + text.length, 0);
  if (bytes <= longestHead) return;
  const message = 'Your request header section exceeds the maximum allowed header section size';
  throw new AwsError('RequestHeaderSectionTooLarge', 400, message, { MaxSizeAllowed: String(longestHead) });
}

interface Wanted {
  readonly accessKeyIds?: readonly string[];
  /** Secrets by id of a dataset's owner, who may use this bucket and no other. */
  readonly keys?: Readonly<Record<string, string>>;
}

type Access = Readonly<Record<string, Wanted>>;

/** Who may use a bucket, by `.buckets.json`; read again when it was written. */
function accessList(folder: string): (bucket: string, accessKeyId: string) => void {
  const path = join(folder, '.buckets.json');
  let seen = 0;
  let access: Access = {};
  const changedAt = onceATurn(() => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return (bucket, accessKeyId) => {
    const changed = changedAt();
    if (changed !== seen) access = changed === 0 ? {} : (JSON.parse(readFileSync(path, 'utf8')) as Access);
    seen = changed;
    const own = access[bucket];
    if (Object.hasOwn(own?.keys ?? {}, accessKeyId)) return;
    const isStranger = Object.values(access).some(each => Object.hasOwn(each.keys ?? {}, accessKeyId));
    const wanted = own?.accessKeyIds ?? (own?.keys ? [] : undefined);
    if (isStranger || (wanted && !wanted.includes(accessKeyId))) throw s3Errors.accessDenied();
  };
}
