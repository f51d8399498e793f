import type { ObjectVersion } from '../../../contract/ports/object-store.ts';
import { textBetween } from '../xml.ts';
import { dateOf, etagOf, keyReader } from './listed-key.ts';

/** Where the next page of versions begins. */
export type Marker = Readonly<Record<string, string>>;

/** A page of ListObjectVersions: what stands around the versions as text, and these as they came. */
export interface VersionPage {
  readonly frame: string;
  readonly body: Buffer;
}

const version = Buffer.from('<Version>');
const deleteMarker = Buffer.from('<DeleteMarker>');
/** Texts of this size are born and die among the young; one of a whole page is mapped and unmapped by the kernel, for four times as much. */
const pieceBytes = 64 * 1024;

/** Memory of pages that were read: what is thrown away stays for a while. */
const spare: Buffer[] = [];
const mostSpare = 8;
const usualBytes = 512 * 1024;

function copyOf(bytes: Buffer): Buffer {
  const fits = bytes.length <= usualBytes;
  const memory = (fits ? spare.pop() : undefined) ?? Buffer.allocUnsafeSlow(fits ? usualBytes : bytes.length);
  bytes.copy(memory);
  return memory.subarray(0, bytes.length);
}

/** Nothing of the memory is kept. A page may wait for long, and as bytes it costs the collector nothing. */
export function versionPage(body: Buffer): VersionPage {
  const versionsAt = body.indexOf(version);
  const markersAt = body.subarray(0, versionsAt < 0 ? body.length : versionsAt).indexOf(deleteMarker);
  const start = markersAt >= 0 ? markersAt : versionsAt;
  if (start < 0) return { frame: body.toString('utf8'), body: Buffer.alloc(0) };
  const tail = body.toString('utf8', Math.max(start, body.length - tailBytes));
  return {
    frame: body.toString('utf8', 0, start) + behindVersions(tail),
    body: copyOf(body.subarray(start)),
  };
}

/** More than what other servers say behind the versions. */
const tailBytes = 16 * 1024;

/** The versions as texts that begin with one. */
function* piecesOf(body: Buffer): Iterable<string> {
  for (let from = 0; from < body.length; ) {
    const within = body.subarray(from, from + pieceBytes);
    const cut = within.length < pieceBytes ? -1 : within.lastIndexOf(version);
    const end = cut > 0 ? from + cut : body.length;
    yield body.toString('utf8', from, end);
    from = end;
  }
}

/** Whether no key can have a code point beyond U+FFFF: those are `%F0` to `%F4` and three more. What is not URL-encoded is not looked into. */
export const isPlain = ({ frame, body }: VersionPage): boolean =>
  textBetween(frame, 'EncodingType', 0, frame.length) === 'url' &&
  !body.includes('%F') &&
  !body.includes('%f');

/** S3 says all else before the versions, and other servers behind them. */
const behindVersions = (last: string): string =>
  last.slice(Math.max(last.lastIndexOf('</Version>'), last.lastIndexOf('</DeleteMarker>'), 0));

/** Where the next page begins; undefined after the last. */
export function markerOf({ frame }: VersionPage): Marker | undefined {
  const text = (name: string): string | undefined => textBetween(frame, name, 0, frame.length);
  if (text('IsTruncated') !== 'true') return undefined;
  const key = text('NextKeyMarker');
  const id = text('NextVersionIdMarker');
  if (key === undefined) throw new Error('a page of versions names no next one');
  return { 'key-marker': keyReader(frame)(key), ...(id ? { 'version-id-marker': id } : {}) };
}

/**
 * Both kinds in the order of the page: versions and delete markers come mixed. What is not written as usual is read field by field. A page
 * is read once: its memory is another's then.
 */
export function versionsOf({ frame, body }: VersionPage): readonly ObjectVersion[] {
  const keyOf = keyReader(frame);
  const found: ObjectVersion[] = [];
  for (const piece of piecesOf(body)) readPiece(piece, keyOf, found);
  if (body.buffer.byteLength === usualBytes && spare.length < mostSpare)
    spare.push(Buffer.from(body.buffer as ArrayBuffer));
  return found;
}

const owner = /(?:<Owner>(?:<ID>[^<]*<\/ID>)?(?:<DisplayName>[^<]*<\/DisplayName>)?<\/Owner>)?/.source;
/**
 * A version as S3 writes it, to the letter. One expression reads it in half of the time that looking for each field takes; what nearly
 * all versions have is an empty group, for which no text is made.
 */
const usual = new RegExp(
  [
    '<Version><Key>([^<]*)</Key><VersionId>(?:null()|([^<]*))</VersionId><IsLatest>(?:true()|false)</IsLatest>',
    '<LastModified>([^<]*)</LastModified><ETag>(?:&quot;([^<&]*)&quot;|([^<]*))</ETag>',
    '(?:<ChecksumAlgorithm>(?:CRC64NVME()|CRC32()|([^<]*))</ChecksumAlgorithm>)?',
    `(?:<ChecksumType>[^<]*</ChecksumType>)?<Size>(\\d+)</Size>${owner}`,
    `<StorageClass>(?:STANDARD()|([^<]+))</StorageClass>${owner}</Version>`,
  ].join(''),
  'y',
);
const start = /<(Version|DeleteMarker)>/g;

function readPiece(xml: string, keyOf: (text: string) => string, found: ObjectVersion[]): void {
  for (let at = 0; ; ) {
    usual.lastIndex = at;
    for (let match = usual.exec(xml); match; match = usual.exec(xml)) {
      found.push(usualVersion(match, keyOf));
      at = usual.lastIndex;
    }
    start.lastIndex = at;
    const next = start.exec(xml);
    if (!next) return;
    usual.lastIndex = next.index;
    if (next[1] === 'Version' && usual.test(xml)) {
      at = next.index;
      continue;
    }
    const end = xml.indexOf(`</${next[1]}>`, next.index);
    if (end < 0) throw new Error('a page of versions breaks off');
    found.push(versionBetween(xml, next.index, end, keyOf));
    at = end + `</${next[1]}>`.length;
  }
}

/** Two literals: a copy with one field more takes as long as the expression. */
function usualVersion(match: RegExpExecArray, keyOf: (text: string) => string): ObjectVersion {
  const key = keyOf(match[1]!);
  const versionId = match[3] || 'null';
  const isLatest = match[4] !== undefined;
  const lastModified = dateOf(match[5]!);
  const etag = match[6] === undefined ? etagOf(match[7]!) : `"${match[6]}"`;
  const checksumAlgorithm =
    match[8] !== undefined ? 'CRC64NVME' : match[9] !== undefined ? 'CRC32' : match[10];
  const size = Number(match[11]);
  const storageClass = match[13] ?? 'STANDARD';
  const isDeleteMarker = false;
  return checksumAlgorithm
    ? { key, size, etag, lastModified, versionId, isLatest, isDeleteMarker, storageClass, checksumAlgorithm }
    : { key, size, etag, lastModified, versionId, isLatest, isDeleteMarker, storageClass };
}

function versionBetween(
  xml: string,
  from: number,
  end: number,
  keyOf: (text: string) => string,
): ObjectVersion {
  const text = (name: string): string => textBetween(xml, name, from, end) ?? '';
  const algorithm = text('ChecksumAlgorithm');
  return {
    key: keyOf(text('Key')),
    size: Number(text('Size') || 0),
    etag: etagOf(text('ETag')),
    lastModified: dateOf(text('LastModified')),
    versionId: text('VersionId') || 'null',
    isLatest: text('IsLatest') === 'true',
    isDeleteMarker: xml.startsWith('<DeleteMarker>', from),
    storageClass: text('StorageClass') || 'STANDARD',
    ...(algorithm ? { checksumAlgorithm: algorithm } : {}),
  };
}
