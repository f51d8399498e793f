import { rm } from 'node:fs/promises';
import type { SignedRequest } from '../http/service.ts';
import { type Bucket, type Received, receive } from './bucket.ts';
import { type ChecksumAlgorithm, checksum, checksumAlgorithms, checksumHeader } from './checksums.ts';
import { s3Errors } from './errors.ts';

/** Receives a body into the bucket's waiting room and refuses it when any checksum that came with it is wrong. */
export async function receiveBody(bucket: Bucket, request: SignedRequest): Promise<Received> {
  const { headers } = request;
  const wanted = checksumAlgorithms.filter(
    algorithm =>
      headers[checksumHeader(algorithm)] !== undefined ||
      headers['x-amz-trailer']?.toLowerCase().split(/,\s*/).includes(checksumHeader(algorithm)) ||
      headers['x-amz-sdk-checksum-algorithm']?.toUpperCase() === algorithm,
  );
  const running = wanted.map(algorithm => ({ algorithm, checksum: checksum(algorithm) }));
  const path = bucket.temporaryPath();
  const { size, md5 } = await receive(path, request.body, chunk => {
    for (const each of running) each.checksum.update(chunk);
  });
  const checksums = Object.fromEntries(
    running.map(each => [each.algorithm, each.checksum.digest()]),
  ) as Received['checksums'];
  try {
    verify(request, md5, checksums);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return { path, size, etag: md5, checksums };
}

function verify({ headers, trailers }: SignedRequest, md5: string, checksums: Received['checksums']): void {
  const given = headers['content-md5'];
  if (given !== undefined && Buffer.from(given, 'base64').toString('hex') !== md5)
    throw s3Errors.badDigest('Content-MD5');
  for (const algorithm of Object.keys(checksums) as ChecksumAlgorithm[]) {
    const name = checksumHeader(algorithm);
    const claimed = headers[name] ?? trailers[name];
    if (claimed !== undefined && claimed !== checksums[algorithm]) throw s3Errors.badDigest(algorithm);
  }
}

/** The headers that are kept with an object. */
export function keptHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': headers['content-type'] ?? 'binary/octet-stream' };
  for (const [name, value] of Object.entries(headers)) {
    if (
      name.startsWith('x-amz-meta-') ||
      ['cache-control', 'content-disposition', 'content-language', 'expires', 'x-amz-storage-class'].includes(
        name,
      )
    )
      kept[name] = value;
  }
  const encodings = (headers['content-encoding'] ?? '')
    .split(/,\s*/)
    .filter(each => each !== '' && each !== 'aws-chunked');
  if (encodings.length > 0) kept['content-encoding'] = encodings.join(',');
  return kept;
}
