import type { ObjectMeta } from '../disk/bucket.ts';
import { s3Errors } from '../wire/errors.ts';

type Headers = Readonly<Record<string, string>>;

/** If-Match and If-None-Match of a write or delete. */
export function checkWrite(headers: Headers, key: string, there: ObjectMeta | undefined): void {
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') throw s3Errors.notImplemented('If-None-Match');
    if (there) throw s3Errors.preconditionFailed('If-None-Match');
  }
  const ifMatch = headers['if-match'];
  if (ifMatch === undefined) return;
  if (!there) throw s3Errors.noSuchKey(key);
  if (!matches(ifMatch, there)) throw s3Errors.preconditionFailed('If-Match');
}

/** Whether a write has conditions at all. */
export const isConditional = (headers: Headers): boolean =>
  headers['if-match'] !== undefined || headers['if-none-match'] !== undefined;

/** Conditions of a read; answers 304 when the reader has it already. Order of RFC 9110. */
export function checkRead(headers: Headers, there: ObjectMeta): 200 | 304 {
  const modified = Math.floor(Date.parse(there.lastModified) / 1000) * 1000;
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined && !matches(ifMatch, there)) throw s3Errors.preconditionFailed('If-Match');
  const unmodifiedSince = headers['if-unmodified-since'];
  if (ifMatch === undefined && unmodifiedSince !== undefined && modified > Date.parse(unmodifiedSince)) {
    throw s3Errors.preconditionFailed('If-Unmodified-Since');
  }
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, there, 'weak') ? 304 : 200;
  const modifiedSince = headers['if-modified-since'];
  return modifiedSince !== undefined && modified <= Date.parse(modifiedSince) ? 304 : 200;
}

/** RFC 9110: If-Match compares strongly, which no weak tag passes; If-None-Match takes a weak one for the same. */
function matches(wanted: string, there: ObjectMeta, comparison: 'strong' | 'weak' = 'strong'): boolean {
  return wanted.split(',').some(each => {
    const tag = comparison === 'weak' ? each.trim().replace(/^W\//, '') : each.trim();
    const text = tag.replace(/^"|"$/g, '');
    return text === '*' || text === there.etag;
  });
}
