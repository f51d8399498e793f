import type { ObjectMeta } from './bucket.ts';
import { s3Errors } from './errors.ts';

/** First and last byte of a Range header; undefined for the whole, or where the header is none that S3 heeds. */
export function readRange(header: string | undefined, size: number): readonly [number, number] | undefined {
  const found = header === undefined ? undefined : /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!found || (found[1] === '' && found[2] === '')) return undefined;
  if (found[1] === '') {
    const count = Math.min(Number(found[2]), size);
    if (count === 0) throw s3Errors.invalidRange(size, found[0]);
    return [size - count, size - 1];
  }
  const start = Number(found[1]);
  const end = found[2] === '' ? size - 1 : Math.min(Number(found[2]), size - 1);
  if (found[2] !== '' && Number(found[2]) < start) return undefined;
  if (start >= size) throw s3Errors.invalidRange(size, found[0]);
  return [start, end];
}

/** First and last byte of one part of what was a multipart upload; undefined for an empty object, which is its own only part. */
export function partRange(meta: ObjectMeta, part: number): readonly [number, number] | undefined {
  const parts = meta.parts ?? [meta.size];
  const size = parts[part - 1];
  if (size === undefined) {
    throw s3Errors.invalidPartNumber();
  }
  if (meta.size === 0) return undefined;
  const start = parts.slice(0, part - 1).reduce((sum, each) => sum + each, 0);
  return [start, start + size - 1];
}
