import type { ServerResponse } from 'node:http';
import { type ChecksumAlgorithm, checksumHeader } from './checksums.ts';
import type { ObjectMeta } from './object-meta.ts';

export function checksumHeaders(
  meta: Pick<ObjectMeta, 'checksums' | 'checksumType'>,
): Record<string, string> {
  const pairs = Object.entries(meta.checksums).map(([algorithm, value]) => [
    checksumHeader(algorithm as ChecksumAlgorithm),
    value,
  ]);
  return pairs.length === 0
    ? {}
    : { ...Object.fromEntries(pairs), 'x-amz-checksum-type': meta.checksumType ?? 'FULL_OBJECT' };
}

export function sendXml(response: ServerResponse, document: string): void {
  response
    .writeHead(200, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(document) })
    .end(document);
}
