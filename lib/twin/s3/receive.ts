import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { rm, writeFile } from './quick-fs.ts';

/** Bodies up to this many bytes are written at once; others by so many at a time, while more come in. */
const portion = 512 * 1024;

/**
 * Streams a body into a new file and gives its size and MD5 (hex). The file is gone when the body fails. It is not synced:
 * what the kernel has survives a kill, and more than that the twin does not promise.
 */
export async function receive(
  path: string,
  body: AsyncIterable<Buffer>,
  update: (chunk: Buffer) => void,
): Promise<{ size: number; md5: string }> {
  const md5 = createHash('md5');
  let size = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let file: FileHandle | undefined;
  let writing: Promise<void> = Promise.resolve();
  try {
    try {
      for await (const chunk of body) {
        md5.update(chunk);
        update(chunk);
        size += chunk.length;
        held.push(chunk);
        heldBytes += chunk.length;
        if (heldBytes < portion) continue;
        file ??= await open(path, 'wx');
        await writing;
        writing = writeAll(file, held);
        // Told of by the next `await writing`, or the last.
        writing.catch(() => undefined);
        held = [];
        heldBytes = 0;
      }
      await writing;
      if (file) await writeAll(file, held);
      else
        await writeFile(path, held.length === 1 && held[0] ? held[0] : Buffer.concat(held), { flag: 'wx' });
    } finally {
      await writing.catch(() => undefined);
      await file?.close();
    }
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return { size, md5: md5.digest('hex') };
}

/** One write may take less than all of it when the disk is nearly full. */
async function writeAll(file: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  let left = chunks.filter(chunk => chunk.length > 0);
  while (left.length > 0) {
    let { bytesWritten } = await file.writev(left);
    const rest: Buffer[] = [];
    for (const chunk of left) {
      if (bytesWritten < chunk.length) rest.push(chunk.subarray(bytesWritten));
      bytesWritten = Math.max(0, bytesWritten - chunk.length);
    }
    left = rest;
  }
}
