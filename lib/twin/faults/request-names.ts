import type { SignedRequest } from '../http/service.ts';
import { operationName } from '../s3/operations/find.ts';
import { addressOf } from '../s3/wire/address.ts';

/** The API's name of the operation that a request asks for: `GetObject`, `submitjob`; empty where only its body says. */
export function actionOf(service: string, request: SignedRequest): string {
  if (service === 's3') return operationName(request);
  const target = request.headers['x-amz-target'];
  if (target !== undefined) return target.split('.').at(-1)!;
  return request.query.get('Action') ?? decodeURIComponent(request.rawPath.split('/').at(-1) ?? '');
}

/** `bucket/key` of S3, the path of others; decoded as far as it can be. */
export function pathOf(service: string, request: SignedRequest): string {
  try {
    if (service !== 's3') return decodeURIComponent(request.rawPath.slice(1));
    const { bucket, key } = addressOf(request);
    return key === '' ? bucket : `${bucket}/${key}`;
  } catch {
    return request.rawPath.slice(1);
  }
}
