import { createHash } from 'node:crypto';
import type { SignedRequest } from '../../http/service.ts';
import { checksum, checksumAlgorithms, checksumHeader } from './checksums.ts';
import { s3Errors } from './errors.ts';
import { plainXml } from './plain-xml.ts';

/** A small XML body, or an empty one, with the checksum that came with it compared; some must come with one. */
export async function readXml(
  request: SignedRequest,
  { wantsDigest = false }: { readonly wantsDigest?: boolean } = {},
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.length;
    if (bytes > 4 * 1024 * 1024) throw s3Errors.malformedXml();
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const { headers, trailers } = request;
  if (
    headers['content-md5'] !== undefined &&
    createHash('md5').update(body).digest('base64') !== headers['content-md5']
  )
    throw s3Errors.badDigest('Content-MD5');
  let vouched = headers['content-md5'] !== undefined;
  for (const algorithm of checksumAlgorithms) {
    const stated = headers[checksumHeader(algorithm)] ?? trailers[checksumHeader(algorithm)];
    if (stated === undefined || request.query.has('uploadId')) continue;
    const running = await checksum(algorithm);
    running.update(body);
    if (running.digest() !== stated) throw s3Errors.badDigest(algorithm);
    vouched = true;
  }
  if (wantsDigest && !vouched) {
    const message = 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*';
    throw s3Errors.invalidRequest(message);
  }
  if (body.length === 0) return '';
  const xml = plainXml(body.toString('utf8'));
  if (xml === undefined) throw s3Errors.malformedXml();
  return xml;
}
