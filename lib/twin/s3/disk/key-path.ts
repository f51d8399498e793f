/**
 * A key as a path below the bucket's folder, losslessly: plain where a file system can hold it, else the segment is
 * written as `%~` and percent-escapes, cut into folders `%~…%~/%~+…` where it is too long for one name.
 */
export function keyToPath(key: string): string {
  return key.split('/').map(escapeSegment).join('/');
}

/** The path `%~=a` for an object `a` whose plain name is taken by a folder, or that must leave it to one. */
export function keyToAsidePath(key: string): string {
  const segments = key.split('/').map(escapeSegment);
  return [...segments.slice(0, -1), `${aside}${segments.at(-1) ?? ''}`].join('/');
}

/** The key of a file found below the bucket's folder. */
export function pathToKey(path: string): string {
  const segments = path.split('/');
  const file = segments.pop() ?? '';
  const plain = file.startsWith(aside) ? file.slice(aside.length) : file;
  return [...segments, plain].map(unescapeSegment).join('/');
}

/** Joins the folders that a too long segment was cut into; call it before pathToKey. */
export function joinPieces(path: string): string {
  return path.replaceAll(`${mark}/${mark}+`, '');
}

/** Whether a name in the bucket's folder is a segment of keys as it stands. */
export const isSegment = (name: string): boolean => isPlain(name);

const mark = '%~';
const aside = '%~=';
const longest = 180;

function escapeSegment(segment: string): string {
  if (isPlain(segment)) return segment;
  const escaped = [...Buffer.from(segment)].map(escapeByte);
  const pieces = [''];
  for (const text of escaped) {
    const last = pieces.length - 1;
    if ((pieces[last] ?? '').length + text.length > longest) pieces.push(text);
    else pieces[last] += text;
  }
  return `${mark}${pieces.join(`${mark}/${mark}+`)}`;
}

/** Backslashes and control characters are for file systems that cannot hold them. */
function isPlain(segment: string): boolean {
  return (
    segment !== '' &&
    segment !== '.' &&
    segment !== '..' &&
    !segment.includes(mark) &&
    !/[\u0000-\u001f\u007f\\]/.test(segment) &&
    Buffer.byteLength(segment) <= longest
  );
}

/** `+` and `=` are escaped because they mean something behind the mark. */
function escapeByte(byte: number): string {
  const char = String.fromCharCode(byte);
  return /[A-Za-z0-9 _~!@#$^&(){}[\],;'-]/.test(char) ? char : `%${byte.toString(16).padStart(2, '0')}`;
}

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
