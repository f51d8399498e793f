import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';

/** Streams a body into a new file, fsynced, and gives its size and MD5 (hex). The file is gone when the body fails. */
export async function receive(
  path: string,
  body: AsyncIterable<Buffer>,
  update: (chunk: Buffer) => void,
): Promise<{ size: number; md5: string }> {
  const md5 = createHash('md5');
  let size = 0;
  try {
    const file = await open(path, 'wx');
    try {
      for await (const chunk of body) {
        md5.update(chunk);
        update(chunk);
        await writeAll(file, chunk);
        size += chunk.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return { size, md5: md5.digest('hex') };
}

/** One write may take less than all of it when the disk is nearly full. */
async function writeAll(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
}
