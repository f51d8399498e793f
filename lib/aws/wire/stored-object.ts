import type { ChecksumName, Checksums, StoredObject } from '../../contract/ports/object-store.ts';
import type { WireAnswer } from './http.ts';

const names = (['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const).map(
  (name: ChecksumName) => [name, `x-amz-checksum-${name.toLowerCase()}`] as const,
);

/** What an answer's headers say of an object; `size` is the whole object's, also where a range was asked for. */
export function storedObject(key: string, { headers }: Pick<WireAnswer, 'headers'>): StoredObject {
  const range = headers['content-range'];
  const whole = range === undefined ? undefined : /\/(\d+)$/.exec(range)?.[1];
  const restore = headers['x-amz-restore'];
  const expires = restore === undefined ? undefined : /expiry-date="([^"]+)"/.exec(restore)?.[1];
  return {
    key,
    size: Number(whole ?? headers['content-length'] ?? 0),
    etag: headers.etag ?? '',
    lastModified: new Date(headers['last-modified'] ?? 0),
    ...(headers['x-amz-version-id'] ? { versionId: headers['x-amz-version-id'] } : {}),
    storageClass: headers['x-amz-storage-class'] ?? 'STANDARD',
    checksums: checksumsOf(headers),
    ...(restore
      ? {
          restore: {
            ongoing: restore.includes('ongoing-request="true"'),
            ...(expires ? { expires: new Date(expires) } : {}),
          },
        }
      : {}),
    ...(headers['x-amz-archive-status'] ? { archiveStatus: headers['x-amz-archive-status'] } : {}),
    ...(headers['x-amz-server-side-encryption']
      ? { encryption: headers['x-amz-server-side-encryption'] }
      : {}),
    metadata: metadataOf(headers),
  };
}

function metadataOf(headers: WireAnswer['headers']): Readonly<Record<string, string>> {
  const metadata: Record<string, string> = {};
  for (const name in headers)
    if (name.startsWith('x-amz-meta-')) metadata[name.slice('x-amz-meta-'.length)] = headers[name] ?? '';
  return metadata;
}

/** Those of the whole object: a checksum of parts' checksums has their number behind a dash. */
function checksumsOf(headers: WireAnswer['headers']): Checksums {
  if (headers['x-amz-checksum-type'] === 'COMPOSITE') return {};
  const checksums: { -readonly [N in ChecksumName]?: string } = {};
  for (const [name, header] of names) {
    const value = headers[header];
    if (value !== undefined && !value.includes('-')) checksums[name] = value;
  }
  return checksums;
}
