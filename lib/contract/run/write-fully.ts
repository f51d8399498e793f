import type { FileHandle } from 'node:fs/promises';

/**
 * Writes all of the bytes. A disk that is nearly full, or a quota, takes a part of a write at times and says so by a number alone: who
 * does not look at it has a file that is shorter than its bytes, and no error. `position`: where from, else where the file stands.
 * Throws ENOSPC, or what the file system says of the rest.
 */
export async function writeFully(file: FileHandle, bytes: Buffer, position?: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const from = position === undefined ? null : position + at;
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, from);
    if (bytesWritten === 0)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    at += bytesWritten;
  }
}
