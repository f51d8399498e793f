import { hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type Md5Run, startMd5 } from './md5-thread.ts';
import { rm, writeFile } from './quick-fs.ts';

/** Bodies up to this many bytes are held whole; others are written by so many at a time, while more come in. */
const portionBytes = 512 * 1024;
/** Of one body, filled or on their way: its share of memory. */
const mostPortions = 4;

/**
 * Streams a body into a new file and gives its size and, but where `md5` is false, its MD5 (hex). The file is gone when the
 * body fails. It is not synced: what the kernel has survives a kill, and more than that the twin does not promise.
 */
export async function receive(
  path: string,
  body: AsyncIterable<Buffer>,
  update: (chunk: Buffer) => void,
  { md5 = true }: { readonly md5?: boolean } = {},
): Promise<{ size: number; md5: string }> {
  let size = 0;
  let held: Buffer[] = [];
  let large: LargeFile | undefined;
  try {
    for await (const chunk of body) {
      update(chunk);
      size += chunk.length;
      if (large) await large.take(chunk);
      else held.push(chunk);
      if (large || size <= portionBytes) continue;
      large = new LargeFile(await open(path, 'wx'), md5 ? startMd5() : undefined);
      for (const each of held) await large.take(each);
      held = [];
    }
    if (large) return { size, md5: await large.end() };
    const whole = held.length === 1 && held[0] ? held[0] : Buffer.concat(held);
    await writeFile(path, whole, { flag: 'wx' });
    return { size, md5: md5 ? hash('md5', whole) : '' };
  } catch (error) {
    await large?.abandon();
    await rm(path, { force: true });
    throw error;
  }
}

interface Portion {
  readonly shared: SharedArrayBuffer;
  readonly bytes: Buffer;
}

/** Portions that no body has at the moment. */
const spare: Portion[] = [];
const mostSpare = 8;

/** Written and hashed at once, by others than the thread that takes the bytes in. */
class LargeFile {
  private readonly file: FileHandle;
  private readonly md5: Md5Run | undefined;
  private readonly free: Portion[] = [];
  /** Those that failed stay in it. */
  private readonly sent = new Set<Promise<void>>();
  private made = 0;
  private current: Portion | undefined;
  private filled = 0;
  private position = 0;

  constructor(file: FileHandle, md5: Md5Run | undefined) {
    this.file = file;
    this.md5 = md5;
  }

  async take(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      this.current ??= await this.nextPortion();
      const copied = chunk.copy(this.current.bytes, this.filled, at);
      at += copied;
      this.filled += copied;
      if (this.filled === portionBytes) this.send(this.current);
    }
  }

  /** Gives the MD5, or '' where none was wanted. */
  async end(): Promise<string> {
    if (this.current) this.send(this.current);
    await Promise.all(this.sent);
    const md5 = (await this.md5?.digest()) ?? '';
    await this.close();
    return md5;
  }

  async abandon(): Promise<void> {
    this.md5?.abandon();
    await Promise.allSettled(this.sent);
    await this.close();
  }

  private async nextPortion(): Promise<Portion> {
    if (this.free.length === 0 && this.made === mostPortions) await Promise.race(this.sent);
    const free = this.free.pop();
    if (free) return free;
    this.made += 1;
    const kept = spare.pop();
    if (kept) return kept;
    const shared = new SharedArrayBuffer(portionBytes);
    return { shared, bytes: Buffer.from(shared) };
  }

  private send(portion: Portion): void {
    const length = this.filled;
    const work = Promise.all([
      writeAll(this.file, portion.bytes.subarray(0, length), this.position),
      this.md5?.update(portion.shared, length),
    ]).then(() => {
      this.free.push(portion);
      this.sent.delete(work);
    });
    // Told of by whoever waits for it.
    work.catch(() => undefined);
    this.sent.add(work);
    this.position += length;
    this.filled = 0;
    this.current = undefined;
  }

  private async close(): Promise<void> {
    spare.push(...this.free.splice(0, Math.max(0, mostSpare - spare.length)));
    await this.file.close();
  }
}

/** One write may take less than all of it when the disk is nearly full. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}
