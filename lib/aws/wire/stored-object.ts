import type { ChecksumName, Checksums, StoredObject } from '../../contract/ports/object-store.ts';
import type { Answer } from './http.ts';

const names: readonly ChecksumName[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];

/** What an answer's headers say of an object; `size` is the whole object's, also where a range was asked for. */
export function storedObject(key: string, { headers }: Pick<Answer, 'headers'>): StoredObject {
  const whole = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  const restore = headers['x-amz-restore'];
  const expires = /expiry-date="([^"]+)"/.exec(restore ?? '')?.[1];
  const metadata = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('x-amz-meta-') ? [[name.slice('x-amz-meta-'.length), value ?? '']] : [],
  );
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
    metadata: Object.fromEntries(metadata) as Record<string, string>,
  };
}

/** Those of the whole object: a checksum of parts' checksums has their number behind a dash. */
function checksumsOf(headers: Answer['headers']): Checksums {
  if (headers['x-amz-checksum-type'] === 'COMPOSITE') return {};
  return Object.fromEntries(
    names.flatMap(name => {
      const value = headers[`x-amz-checksum-${name.toLowerCase()}`];
      return value === undefined || value.includes('-') ? [] : [[name, value]];
    }),
  );
}
