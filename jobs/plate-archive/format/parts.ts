import type { PlacedMember, TarPlan } from './layout.ts';
import { padding } from './tar-header.ts';

/** A piece of an object that belongs into a part. */
export interface PartSlice {
  readonly member: PlacedMember;
  /** First byte in the object. */
  readonly from: number;
  readonly bytes: number;
  /** Where it belongs in the part. */
  readonly at: number;
}

/** One part of a tar's upload; what no slice covers are headers and zeros. */
export interface TarPart {
  /** From 1. */
  readonly number: number;
  readonly bytes: number;
  readonly slices: readonly PartSlice[];
  /** Members whose header begins here, with where: no header is cut. */
  readonly headers: readonly { readonly member: PlacedMember; readonly at: number; readonly bytes: number }[];
}

const mostParts = 9_000;
const mib = 1024 * 1024;

/** How large the parts of a tar are: what was asked for, or more where S3's 10,000 parts would not hold it. */
export const partBytesOf = (tar: TarPlan, asked: number): number =>
  Math.max(asked, Math.ceil(tar.bytes / mostParts / mib) * mib);

/**
 * A tar cut into parts of whole members where they fit, so that most objects are one GET. A part is closed early only when it
 * holds the 5 MiB that S3 wants of all but the last.
 */
export function cutParts(tar: TarPlan, asked: number): readonly TarPart[] {
  const most = partBytesOf(tar, asked);
  const least = Math.min(5 * mib, asked);
  const parts: TarPart[] = [];
  let start = 0;
  let slices: PartSlice[] = [];
  let headers: TarPart['headers'][number][] = [];
  const cut = (end: number): void => {
    parts.push({ number: parts.length + 1, bytes: end - start, slices, headers });
    start = end;
    slices = [];
    headers = [];
  };
  for (const member of tar.members) {
    const { header, offset, object } = member;
    const end = offset + object.size + padding(object.size);
    const isLate = header - start >= least;
    if (isLate && end - start > most) cut(header);
    headers.push({ member, at: header - start, bytes: offset - header });
    for (let from = 0; from < object.size; ) {
      const room = start + most - (offset + from);
      if (room <= 0) {
        cut(offset + from);
        continue;
      }
      const bytes = Math.min(room, object.size - from);
      slices.push({ member, from, bytes, at: offset + from - start });
      from += bytes;
    }
  }
  // The end blocks, and a member's padding, may make a part some blocks longer.
  cut(tar.bytes);
  return parts;
}
