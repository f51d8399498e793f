import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AwsError } from './service.ts';
import { xmlDocument } from './xml.ts';

/** An error in S3's shape; HEAD and 304 have no body. */
export function writeS3Error(error: AwsError, http: IncomingMessage, response: ServerResponse): void {
  if (http.method === 'HEAD' || error.status === 304) {
    response.writeHead(error.status);
    response.end();
    return;
  }
  const body = xmlDocument('Error', {
    Code: error.code,
    Message: error.message,
    ...error.details,
    Resource: (http.url ?? '/').split('?', 1)[0],
    RequestId: String(response.getHeader('x-amz-request-id') ?? ''),
  });
  response.writeHead(error.status, {
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
