import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Credential } from './authenticate.ts';
import { AwsError, type SignedRequest } from './service.ts';

type Access = Readonly<Record<string, { readonly keys?: Readonly<Record<string, string>> }>>;

/**
 * The keys of a dataset's owner, who is not the lab: `"keys": { "<id>": "<secret>" }` of a bucket in `.buckets.json`,
 * beside the `accessKeyIds` that the bucket wants. Read at every use, so that a person may write it while the twin is up.
 */
export function otherKeys(s3Folder: string, accessKeyId: string): Credential | undefined {
  let access: Access;
  try {
    access = JSON.parse(readFileSync(join(s3Folder, '.buckets.json'), 'utf8')) as Access;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  for (const { keys = {} } of Object.values(access))
    if (Object.hasOwn(keys, accessKeyId)) return { secretAccessKey: keys[accessKeyId]! };
  return undefined;
}

type Intercept = (service: string, request: SignedRequest, response: ServerResponse) => boolean;

/** Such an owner has no part in the lab: S3 decides by bucket, STS says who they are, all else is closed to them. */
export const closedToStrangers =
  (isOurs: (accessKeyId: string) => boolean, otherwise: Intercept = () => false): Intercept =>
  (service, request, response) => {
    const isOpen = isOurs(request.accessKeyId) || service === 's3' || service === 'sts';
    if (isOpen) return otherwise(service, request, response);
    const message = 'These keys are a dataset owner’s: no part of the lab is theirs.';
    throw new AwsError('AccessDeniedException', 403, message);
  };
