import type { ServerResponse } from 'node:http';
import { AwsError, type SignedRequest } from '../http/service.ts';
import { checkEncryption } from './bodies/upload-body.ts';
import { checkConditionNames } from './bodies/upload-headers.ts';
import { operationOf, refusalOf } from './operations/find.ts';
import type { Ground } from './operations/operation.ts';
import { checkAcl } from './settings/access.ts';
import { addressOf } from './wire/address.ts';
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
  if (name === '' || operation?.on === 'service' || operation?.on === 'name') {
    const refusal = refusalOf(asSent, address, operation);
    if (refusal) throw refusal;
    if (operation?.on === 'service') return operation.handle?.({ ground, request: asSent, response });
    if (operation?.on === 'name') return operation.handle?.({ ground, name, request: asSent, response });
    return;
  }
  const bucket = await ground.bucketOf(name, asSent);
  const refusal = refusalOf(asSent, address, operation);
  if (refusal) throw refusal;
  if (operation?.on === 'bucket') return operation.handle?.({ ground, bucket, request: asSent, response });
  const request = withPresignedHeaders(asSent);
  checkEncryption(request.headers);
  checkConditionNames(request);
  checkAcl(request.headers);
  return operation?.handle?.({ ground, bucket, key, request, response });
}
