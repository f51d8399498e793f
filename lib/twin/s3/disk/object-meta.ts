import { randomBytes } from 'node:crypto';
import type { ChecksumAlgorithm } from '../wire/checksums.ts';
import type { ArchiveTier } from './tiering.ts';

/** What S3 keeps of an object beside its bytes. */
export interface ObjectMeta {
  readonly key: string;
  /** Below the bucket's folder. */
  readonly path: string;
  readonly size: number;
  /** Of the file when it was stored, in ms; another one means that somebody edited it by hand. */
  readonly mtimeMs: number;
  /** Without quotes. */
  readonly etag: string;
  /** To the second, as S3 tells it everywhere. */
  readonly lastModified: string;
  /** content-type and its like, and x-amz-meta-*; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  readonly parts?: readonly number[];
  /** The multipart upload that it was, with the ETags of its parts: to complete it once more does nothing. */
  readonly upload?: { readonly id: string; readonly etags: string };
  /** Of each part, where the upload was made with checksums. */
  readonly partChecksums?: readonly Readonly<Partial<Record<ChecksumAlgorithm, string>>>[];
  /** Left out of the version that S3 calls `null`. */
  readonly versionId?: string;
  /** Rises with every version of a bucket: microseconds since 1970, or more where the clock stood still. */
  readonly sequence?: number;
  readonly deleteMarker?: true;
  /** Its file is being removed for good. */
  readonly doomed?: true;
  readonly tags?: Readonly<Record<string, string>>;
  readonly retention?: Retention;
  readonly legalHold?: 'ON' | 'OFF';
  readonly restore?: Restore;
  /** Of Intelligent-Tiering: the tier that it was moved to; it has left it again once a restore of it is ready. */
  readonly archiveTier?: ArchiveTier;
  /** Of Intelligent-Tiering: the last access but for its write, to the day. */
  readonly accessedAt?: string;
}

/** Object Lock: until when a version cannot be removed. */
export interface Retention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  readonly until: string;
}

/** A temporary copy of an archived object: when it is there, and when it goes again. What Intelligent-Tiering gives back stays. */
export interface Restore {
  readonly tier: string;
  readonly askedAt?: string;
  readonly readyAt: string;
  readonly expiresAt?: string;
}

let lastSecond = '';

/** Of ms since 1970, for `lastModified`. What is written in one second has one text. */
export function wholeSecond(ms: number): string {
  const text = new Date(Math.floor(ms / 1000) * 1000).toISOString();
  if (text !== lastSecond) lastSecond = text;
  return lastSecond;
}

export const versionIdOf = (meta: ObjectMeta): string => meta.versionId ?? 'null';

export const sequenceOf = (meta: ObjectMeta): number => meta.sequence ?? Date.parse(meta.lastModified) * 1000;

/** Whether a file is the one that was stored: another size or time means that somebody edited it by hand. */
export const isSame = (
  meta: Pick<ObjectMeta, 'size' | 'mtimeMs'>,
  file: Pick<ObjectMeta, 'size' | 'mtimeMs'>,
): boolean => meta.size === file.size && meta.mtimeMs === file.mtimeMs;

const headersKept = new Map<string, ObjectMeta['headers']>();
const mostKept = 1000;

type Sums = Pick<ObjectMeta, 'etag' | 'checksums'>;
const sumsKept = new Map<string, Sums>();

/** Of equal objects the same: markers and the outputs of stand-ins are many, and their sums a fifth of what is held of them. */
function sumsOf(sums: Sums): Sums {
  const text = JSON.stringify(sums);
  const known = sumsKept.get(text);
  if (known) return known;
  if (sumsKept.size >= mostKept) sumsKept.clear();
  sumsKept.set(text, sums);
  return sums;
}

/** As it is held for as long as the object is there: most have the headers of many others, and a path that is their key. */
export function held({
  key,
  path,
  size,
  mtimeMs,
  etag,
  lastModified,
  headers,
  checksums,
  versionId,
  sequence,
  ...rare
}: ObjectMeta): ObjectMeta {
  const sums = sumsOf({ etag, checksums });
  const text = JSON.stringify(headers);
  const known = headersKept.get(text) ?? headers;
  if (known === headers) {
    if (headersKept.size >= mostKept) headersKept.clear();
    headersKept.set(text, headers);
  }
  // Written out: what a spread copies has its members outside of the object, in room of their own.
  const own = {
    key,
    path: path === key ? key : path,
    size,
    mtimeMs,
    etag: sums.etag,
    lastModified,
    headers: known,
    checksums: sums.checksums,
    versionId,
    sequence,
  };
  return Object.assign(own as ObjectMeta, rare);
}

/** Letters and digits alone: it goes into addresses and command lines. */
export function newVersionId(): string {
  return randomBytes(24).toString('base64').replace(/[+/]/g, 'x');
}
