import type { ServerResponse } from 'node:http';
import type { Rights } from '../access/needed.ts';
import { AwsError, type SignedRequest } from '../http/service.ts';
import { checkEncryption } from './bodies/upload-body.ts';
import { checkConditionNames } from './bodies/upload-headers.ts';
import { contentRights } from './content-rights.ts';
import { operationOf, refusalOf } from './operations/find.ts';
import type { Ground, ObjectCall, Operation, OperationOn } from './operations/operation.ts';
import { listingNeeded, rightsNeeded } from './rights.ts';
import { checkAcl } from './settings/access.ts';
import { addressOf, copySourceOf } from './wire/address.ts';
import { withPresignedHeaders } from './wire/presigned.ts';

/** Finds the operation that a request asks for and has it done. Throws AwsError where there is none, or it is refused. */
export async function dispatch(
  asSent: SignedRequest,
  response: ServerResponse,
  ground: Ground,
): Promise<void> {
  const address = addressOf(asSent);
  const { bucket: name, key } = address;
  if (Buffer.byteLength(key) > 1024) throw new AwsError('KeyTooLongError', 400, 'Your key is too long');
  const operation = operationOf(asSent, address);
  const rights = ground.rightsOf(asSent);
  const check = (): void => {
    const refusal = refusalOf(asSent, address, operation);
    if (refusal) throw refusal;
  };
  if (name === '' || operation?.on === 'service' || operation?.on === 'name') {
    check();
    if (operation) rights.want(rightsNeeded(operation, address, asSent));
    const asked = { ground, rights, request: asSent, response };
    if (operation?.on === 'service') return operation.handle?.(asked);
    if (operation?.on === 'name') return operation.handle?.({ ...asked, name });
    return;
  }
  const bucket = await ground.bucketOf(name, asSent);
  check();
  if (operation?.on === 'bucket') {
    // Of DeleteObjects each key is asked for by itself.
    if (operation.name !== 'DeleteObjects') rights.want(rightsNeeded(operation, address, asSent));
    return operation.handle?.({ ground, rights, bucket, request: asSent, response });
  }
  const request = withPresignedHeaders(asSent);
  checkEncryption(request.headers);
  checkConditionNames(request);
  checkAcl(request.headers);
  if (operation?.on !== 'object') return;
  const needed = rightsNeeded(operation, address, request);
  rights.want(await contentRights(needed, { operation, bucket, key, request, rights }));
  return handleObject(operation, { ground, rights, bucket, key, request, response });
}

/** Who may not list a bucket does not learn what it does not hold. */
async function handleObject(operation: OperationOn<'object'>, call: ObjectCall): Promise<void> {
  try {
    await operation.handle?.(call);
  } catch (error) {
    const isMissing = error instanceof AwsError && ['NoSuchKey', 'NoSuchVersion'].includes(error.code);
    if (isMissing) wantListing(operation, call, call.rights, error.code === 'NoSuchVersion');
    throw error;
  }
}

function wantListing(operation: Operation, call: ObjectCall, rights: Rights, ofVersions: boolean): void {
  const { request, bucket, key } = call;
  if (operation.copies === true) {
    const from = copySourceOf(request.headers['x-amz-copy-source'] ?? '');
    rights.want([listingNeeded(from.bucket, from.key, ofVersions)]);
  } else if (request.method === 'GET' || request.method === 'HEAD') {
    rights.want([listingNeeded(bucket.name, key, ofVersions)]);
  }
}
