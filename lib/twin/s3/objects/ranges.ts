import type { ObjectMeta } from '../disk/bucket.ts';
import { s3Errors } from '../wire/errors.ts';

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

/** First and last byte of x-amz-copy-source-range, which is stricter: both are named, and both are there. */
export function copyRange(header: string, size: number): readonly [number, number] {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  const [start, end] = [Number(first), Number(last)];
  if (!(start <= end)) {
    const message =
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy';
    throw s3Errors.invalidArgument(message, 'x-amz-copy-source-range', header);
  }
  if (end < size) return [start, end];
  const message = `Range specified is not valid for source object of size: ${size}`;
  throw s3Errors.invalidArgument(message, 'x-amz-copy-source-range', header);
}

/** First and last byte of one part of what was a multipart upload; undefined for an empty object, which is its own only part. */
export function partRange(
  meta: ObjectMeta,
  text: string,
  rangeHeader: string | undefined,
): readonly [number, number] | undefined {
  if (rangeHeader !== undefined) {
    throw s3Errors.invalidRequest('Cannot specify both Range header and partNumber query parameter');
  }
  const parts = meta.parts ?? [meta.size];
  const part = partNumberOf(text);
  const size = parts[part - 1];
  if (size === undefined) throw s3Errors.invalidPartNumber();
  if (meta.size === 0) return undefined;
  const start = parts.slice(0, part - 1).reduce((sum, each) => sum + each, 0);
  return [start, start + size - 1];
}

/** Throws AwsError for what can be no part's number. */
export function partNumberOf(text: string | null): number {
  const number = text === null || !/^\d+$/.test(text) ? 0 : Number(text);
  if (number >= 1 && number <= 10_000) return number;
  const message = 'Part number must be an integer between 1 and 10000, inclusive';
  throw s3Errors.invalidArgument(message, 'partNumber', text);
}
