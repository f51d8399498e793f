import type { ServerResponse } from 'node:http';
import { AwsError } from '../../http/service.ts';
import type { Bucket } from '../disk/bucket.ts';
import { sendXml } from '../wire/answers.ts';
import { s3Errors } from '../wire/errors.ts';
import { xmlDocument } from '../wire/xml.ts';

/**
 * Who may use a bucket, as it is with every new one since April 2023: its owner alone, without ACLs, closed to the public.
 * The twin's bucket policies are the template's, so none can be put.
 */
export function answerAccess(word: string, bucket: string, response: ServerResponse): void {
  sendXml(response, answers[word]?.(bucket) ?? '');
}

/** GET of an object's `?acl`. */
export async function getObjectAcl(bucket: Bucket, key: string, response: ServerResponse): Promise<void> {
  if (!(await bucket.find(key))) throw s3Errors.noSuchKey(key);
  sendXml(response, ownersAcl());
}

/** PUT of an object's `?acl`: that there is none comes first. */
export async function refuseObjectAcl(bucket: Bucket, key: string): Promise<never> {
  if (!(await bucket.find(key))) throw s3Errors.noSuchKey(key);
  throw aclsAreOff();
}

/** PUT of a bucket's `?acl`. */
export function refuseAcl(): never {
  throw aclsAreOff();
}

/** Refuses a write that brings an ACL; but for those that give the bucket's owner all, who is the writer here. */
export function checkAcl(headers: Readonly<Record<string, string>>): void {
  const canned = headers['x-amz-acl'];
  const grants = Object.keys(headers).some(name => name.startsWith('x-amz-grant-'));
  // Clients of other stores send an empty one, which is none.
  const isOwners = !canned || canned === 'bucket-owner-full-control' || canned === 'private';
  if (grants || !isOwners) throw aclsAreOff();
}

const answers: Readonly<Record<string, (bucket: string) => string>> = {
  acl: () => ownersAcl(),
  ownershipControls: () =>
    xmlDocument('OwnershipControls', { Rule: { ObjectOwnership: 'BucketOwnerEnforced' } }),
  publicAccessBlock: () =>
    xmlDocument('PublicAccessBlockConfiguration', {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    }),
  policy: nothing('NoSuchBucketPolicy', 'The bucket policy does not exist'),
  policyStatus: nothing('NoSuchBucketPolicy', 'The bucket policy does not exist'),
  cors: nothing('NoSuchCORSConfiguration', 'The CORS configuration does not exist'),
  website: nothing(
    'NoSuchWebsiteConfiguration',
    'The specified bucket does not have a website configuration',
  ),
  replication: nothing(
    'ReplicationConfigurationNotFoundError',
    'The replication configuration was not found',
  ),
  requestPayment: () => xmlDocument('RequestPaymentConfiguration', { Payer: 'BucketOwner' }),
};

function nothing(code: string, message: string): (bucket: string) => string {
  return BucketName => {
    throw new AwsError(code, 404, message, { BucketName });
  };
}

function ownersAcl(): string {
  const owner = { ID: 'twin', DisplayName: 'twin' };
  const document = xmlDocument('AccessControlPolicy', {
    Owner: owner,
    AccessControlList: { Grant: { Grantee: owner, Permission: 'FULL_CONTROL' } },
  });
  const type = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"';
  return document.replace('<Grantee>', `<Grantee ${type}>`);
}

const aclsAreOff = (): AwsError =>
  new AwsError('AccessControlListNotSupported', 400, 'The bucket does not allow ACLs');
