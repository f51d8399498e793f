import { type FileHandle, open } from 'node:fs/promises';
import { blockLength, endOfFile, inflateBlock } from '../../jobs/vcf/bgzf.ts';
import { readHeader, type VariantHeader } from '../../jobs/vcf/header.ts';

/** A variant file that was read to its end. */
export interface ReadFile {
  readonly header: VariantHeader;
  readonly records: number;
  readonly bytes: number;
}

/** Who wants to see what is read; records are views that are good for the call alone. */
export interface VariantReading {
  /** Its bytes, inflated. */
  onHeader?(bytes: Buffer, header: VariantHeader): void;
  onRecord?(record: Buffer, header: VariantHeader): void;
  afterChunk?(): Promise<void>;
}

const chunk = 4 * 1024 * 1024;

/**
 * Reads a whole VCF or BCF, BGZF or plain: every block is inflated, every record of a BCF stepped over, every line of a VCF
 * counted. Answers a sentence where it is not whole: a full disk leaves 0 bytes, or a file that merely ends early.
 */
export async function readVariantFile(
  path: string,
  reading: VariantReading = {},
): Promise<ReadFile | string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return 'is not there';
  try {
    const { size } = await file.stat();
    if (size === 0) return 'has 0 bytes';
    const counter = new RecordCounter(reading);
    const problem = await readAll(file, size, counter, reading);
    if (problem) return problem;
    const found = counter.end();
    return typeof found === 'string' ? found : { ...found, bytes: size };
  } catch (error) {
    return `is damaged: ${(error as Error).message}`;
  } finally {
    await file.close();
  }
}

async function readAll(
  file: FileHandle,
  size: number,
  counter: RecordCounter,
  { afterChunk }: VariantReading,
): Promise<string | undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let lastBlock: Buffer = rest;
  let isPlain = false;
  for (let at = 0; at < size; ) {
    const { buffer, bytesRead } = await file.read(
      Buffer.allocUnsafe(Math.min(chunk, size - at)),
      0,
      undefined,
      at,
    );
    if (bytesRead === 0) return 'became shorter while it was read';
    const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    if (at === 0) isPlain = bytes[0] !== 0x1f;
    at += bytesRead;
    let used = isPlain ? bytes.length : 0;
    if (isPlain) counter.take(bytes);
    while (!isPlain) {
      const length = blockLength(bytes, used);
      if (length === undefined || used + length > bytes.length) break;
      counter.take(inflateBlock(bytes, used, length));
      lastBlock = bytes.subarray(used, used + length);
      used += length;
    }
    rest = bytes.subarray(used);
    await afterChunk?.();
  }
  if (rest.length > 0) return `ends within a block, ${rest.length} bytes of it are there`;
  return isPlain || lastBlock.equals(endOfFile) ? undefined : 'has no end-of-file block: it was cut short';
}

/** Counts records of inflated bytes, whatever pieces they come in. */
class RecordCounter {
  private header: VariantHeader | undefined;
  private problem: string | undefined;
  private held: Buffer = Buffer.alloc(0);
  private records = 0;
  private readonly reading: VariantReading;

  constructor(reading: VariantReading) {
    this.reading = reading;
  }

  take(data: Buffer): void {
    if (data.length === 0 || this.problem) return;
    const bytes = this.held.length > 0 ? Buffer.concat([this.held, data]) : data;
    this.held = bytes;
    if (!this.header) {
      const header = readHeader(bytes);
      if (typeof header === 'string') this.problem = header;
      if (header === undefined || typeof header === 'string') return;
      this.header = header;
      this.reading.onHeader?.(bytes.subarray(0, header.bytes), header);
      this.held = bytes.subarray(header.bytes);
    }
    this.held = this.header.format === 'bcf' ? this.bcf(this.held) : this.vcf(this.held);
  }

  private bcf(bytes: Buffer): Buffer {
    let at = 0;
    while (at + 8 <= bytes.length) {
      const length = 8 + bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4);
      if (at + length > bytes.length) break;
      this.reading.onRecord?.(bytes.subarray(at, at + length), this.header!);
      at += length;
      this.records++;
    }
    return bytes.subarray(at);
  }

  private vcf(bytes: Buffer): Buffer {
    let start = 0;
    for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, start)) {
      this.reading.onRecord?.(bytes.subarray(start, at + 1), this.header!);
      this.records++;
      start = at + 1;
    }
    return bytes.subarray(start);
  }

  end(): { readonly header: VariantHeader; readonly records: number } | string {
    if (this.problem) return this.problem;
    if (!this.header) return 'ends within its header';
    if (this.held.length > 0) return 'ends within a record';
    return { header: this.header, records: this.records };
  }
}
