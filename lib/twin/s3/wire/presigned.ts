import type { SignedRequest } from '../../http/service.ts';
import { s3Errors } from './errors.ts';

/** What S3 heeds in the query of a presigned address as if it were a header: who uses the address need not send it. */
const heeded = /^x-amz-(?:meta-.+|acl|storage-class)$/i;

/** What it passes over there: SDKs put the checksum of the empty body in, which they had when they signed. */
const passedOver =
  /^x-(?:id|amz-(?:checksum-.+|sdk-checksum-algorithm|algorithm|credential|date|expires|signedheaders|signature|security-token|content-sha256|user-agent|expected-bucket-owner|request-payer))$/i;

/** A request with the headers that its address brings. Throws AwsError where a write's address brings what the twin has not. */
export function withPresignedHeaders(request: SignedRequest): SignedRequest {
  const { method, query } = request;
  if (!query.has('X-Amz-Signature')) return request;
  const brought: Record<string, string> = {};
  for (const [name, value] of query) {
    if (heeded.test(name)) brought[name.toLowerCase()] = value;
    else if (method !== 'GET' && method !== 'HEAD' && /^x-/i.test(name) && !passedOver.test(name)) {
      throw s3Errors.notImplemented(`${name} in a presigned address`);
    }
  }
  return { ...request, headers: { ...brought, ...request.headers } };
}
