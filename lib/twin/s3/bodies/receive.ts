import { hash } from 'node:crypto';
import { rm, writeNew } from '../disk/quick-fs.ts';
import { type ChecksumAlgorithm, checksums } from '../wire/checksums.ts';
import { type BodyRun, startBody } from './body-threads.ts';
import type { BodySums } from './body-worker.ts';

/** Bodies up to this many bytes are held whole: a thread takes longer to start, and more memory. */
const heldBytes = 4 * 1024 * 1024;
/** Others are written by so many at a time, while more come in. */
const portionBytes = 1024 * 1024;
/** Of one body, filled or on their way: its share of memory. */
const mostPortions = 4;

/**
 * Streams a body into a new file and gives its size, its checksums and, but where `md5` is false, its MD5. The file is gone
 * when the body fails. It is not synced: what the kernel has survives a kill, and more than that the twin does not promise.
 */
export async function receive(
  path: string,
  body: AsyncIterable<Buffer>,
  algorithms: readonly ChecksumAlgorithm[],
  { md5 = true }: { readonly md5?: boolean } = {},
): Promise<BodySums & { readonly size: number }> {
  let size = 0;
  let held: Buffer[] = [];
  let large: LargeBody | undefined;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (large) await large.take(chunk);
      else held.push(chunk);
      if (large || size <= heldBytes) continue;
      large = new LargeBody(await startBody(path, md5, algorithms));
      for (const each of held) await large.take(each);
      held = [];
    }
    if (large) return { size, ...(await large.end()) };
    const whole = held.length === 1 && held[0] ? held[0] : Buffer.concat(held);
    const running = await checksums(algorithms);
    running.update(whole);
    const mtimeMs = writeNew(path, whole);
    return { size, mtimeMs, md5: md5 ? hash('md5', whole) : '', checksums: running.digest() };
  } catch (error) {
    await large?.abandon();
    await rm(path, { force: true });
    throw error;
  }
}

/** Cuts a body into portions for the thread that writes them, and waits where that one is behind. */
class LargeBody {
  private readonly run: BodyRun;
  private readonly free: ArrayBuffer[] = [];
  /** Those that failed stay in it. */
  private readonly sent = new Set<Promise<void>>();
  private made = 0;
  private current: Buffer<ArrayBuffer> | undefined;
  private filled = 0;

  constructor(run: BodyRun) {
    this.run = run;
  }

  async take(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      this.current ??= await this.nextPortion();
      const copied = chunk.copy(this.current, this.filled, at);
      at += copied;
      this.filled += copied;
      if (this.filled === portionBytes) this.send(this.current);
    }
  }

  async end(): Promise<BodySums> {
    if (this.current) this.send(this.current);
    await Promise.all(this.sent);
    return this.run.end();
  }

  async abandon(): Promise<void> {
    await Promise.allSettled(this.sent);
    // What made the body fail is told already.
    await this.run.abandon().catch(() => undefined);
  }

  private async nextPortion(): Promise<Buffer<ArrayBuffer>> {
    if (this.free.length === 0 && this.made === mostPortions) await Promise.race(this.sent);
    const free = this.free.pop();
    if (!free) this.made += 1;
    return Buffer.from(free ?? new ArrayBuffer(portionBytes));
  }

  private send(portion: Buffer<ArrayBuffer>): void {
    const taken = this.run.take(portion.buffer, this.filled).then(bytes => {
      this.free.push(bytes);
      this.sent.delete(taken);
    });
    // Told of by whoever waits for it.
    taken.catch(() => undefined);
    this.sent.add(taken);
    this.filled = 0;
    this.current = undefined;
  }
}
