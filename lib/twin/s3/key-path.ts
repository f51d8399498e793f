/**
 * A key as a path below the bucket's folder, losslessly: plain where a file system can hold it, else the segment is
 * written as `%~` and percent-escapes. An object that stands where a folder must be (`a` beside `a/b`) takes the name
 * `%~=a`, so both can exist.
 */
export function keyToPath(key: string): string {
  const segments = key.split('/');
  const file = segments.pop()!;
  return [...segments.map(segment => folderSegment(segment)), fileSegment(file)].join('/');
}

/** The same for an object whose plain name is taken by a folder, or who must leave it to one. */
export function keyToAsidePath(key: string): string {
  const path = keyToPath(key);
  const slash = path.lastIndexOf('/') + 1;
  return `${path.slice(0, slash)}${aside}${path.slice(slash)}`;
}

/** The key of a file found below the bucket's folder. */
export function pathToKey(path: string): string {
  const segments = path.split('/');
  const last = segments.length - 1;
  return segments
    .map((segment, index) =>
      unescapeSegment(index === last && segment.startsWith(aside) ? segment.slice(aside.length) : segment),
    )
    .join('/');
}

const mark = '%~';
const aside = '%~=';
const longest = 180;

const folderSegment = (segment: string): string => escapeSegment(segment);
const fileSegment = (segment: string): string => escapeSegment(segment);

function escapeSegment(segment: string): string {
  const plain =
    segment !== '' &&
    segment !== '.' &&
    segment !== '..' &&
    !segment.startsWith(mark) &&
    !/[\u0000-\u001f\u007f\\]/.test(segment);
  const bytes = Buffer.byteLength(segment);
  if (plain && bytes <= longest) return segment;
  const escaped =
    segment === ''
      ? ''
      : [...Buffer.from(segment)]
          .map(byte =>
            isPlainByte(byte) ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`,
          )
          .join('');
  if (escaped.length <= longest) return `${mark}${escaped}`;
  // Too long for a file name: pieces, each its own folder; all but the last end with the mark.
  const pieces: string[] = [];
  for (let at = 0; at < escaped.length; ) {
    let end = Math.min(escaped.length, at + longest);
    if (end < escaped.length && escaped[end - 1] === '%') end -= 1;
    else if (end < escaped.length && escaped[end - 2] === '%') end -= 2;
    pieces.push(escaped.slice(at, end));
    at = end;
  }
  return `${mark}${pieces.join(`${mark}/${mark}+`)}`;
}

const isPlainByte = (byte: number): boolean =>
  byte > 0x20 && byte < 0x7f && byte !== 0x25 && byte !== 0x2e && byte !== 0x5c;

function unescapeSegment(segment: string): string {
  if (!segment.startsWith(mark)) return segment;
  const bytes: number[] = [];
  for (let at = mark.length; at < segment.length; at++) {
    if (segment[at] === '%') {
      bytes.push(Number.parseInt(segment.slice(at + 1, at + 3), 16));
      at += 2;
    } else bytes.push(segment.charCodeAt(at));
  }
  return Buffer.from(bytes).toString('utf8');
}

/** Joins the folders that a too long segment was cut into; call it before pathToKey. */
export function joinPieces(path: string): string {
  return path.replaceAll(`${mark}/${mark}+`, '');
}
