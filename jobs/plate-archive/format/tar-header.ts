/** The dialect of docs/plate-archive.md: ustar, with a PAX header where it alone can hold a name or a size. */
export const blockBytes = 512;
/** Blocks come in records of this size at the end, as POSIX has it: some readers complain about less. */
export const recordBytes = 10_240;
const largestInOctal = 8 * 1024 ** 3 - 1;
const latest = 4_294_967_295;

export const padding = (size: number): number => (blockBytes - (size % blockBytes)) % blockBytes;

/** Two blocks of zeros at least, and more up to a whole record. */
export const endBytes = (offset: number): number => {
  const least = offset + 2 * blockBytes;
  return Math.ceil(least / recordBytes) * recordBytes - offset;
};

export interface Member {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Seconds since 1970; what a header cannot hold is cut to what it can. */
  readonly seconds: number;
}

/** All blocks in front of a member's bytes. */
export function tarHeader({ name, size, seconds }: Member): Buffer {
  const mtime = Math.min(latest, Math.max(0, Math.floor(seconds)));
  const split = splitName(name);
  const records = [
    ...(split ? [] : [paxRecord('path', name)]),
    ...(size > largestInOctal ? [paxRecord('size', String(size))] : []),
  ];
  const own = { ...(split ?? { prefix: '', name: cutName(name) }), size: size > largestInOctal ? 0 : size };
  const header = ustar({ ...own, mtime, type: '0' });
  if (records.length === 0) return header;
  const body = Buffer.concat(records);
  const pax = ustar({ prefix: '', name: 'PaxHeaders/member', size: body.length, mtime, type: 'x' });
  return Buffer.concat([pax, body, Buffer.alloc(padding(body.length)), header]);
}

/** How many bytes `tarHeader` answers, without making them. */
export function headerBytes({ name, size }: Member): number {
  const records =
    (splitName(name) ? 0 : paxRecord('path', name).length) +
    (size > largestInOctal ? paxRecord('size', String(size)).length : 0);
  return blockBytes + (records === 0 ? 0 : blockBytes + records + padding(records));
}

interface Ustar {
  readonly prefix: string;
  readonly name: string;
  readonly size: number;
  readonly mtime: number;
  readonly type: '0' | 'x';
}

/** What is the same in every header. */
const common = Buffer.alloc(blockBytes);
common.write('0000644\x000000000\x000000000\x00', 100, 'latin1');
common.write('        ', 148, 'latin1');
common.write('ustar\x0000', 257, 'latin1');
common.write('0000000\x000000000\x00', 329, 'latin1');

function ustar({ prefix, name, size, mtime, type }: Ustar): Buffer {
  const block = Buffer.from(common);
  block.write(name, 0, 100, 'utf8');
  block.write(size.toString(8).padStart(11, '0'), 124, 'latin1');
  block.write(mtime.toString(8).padStart(11, '0'), 136, 'latin1');
  block.write(type, 156, 'latin1');
  block.write(prefix, 345, 155, 'utf8');
  let sum = 0;
  for (let i = 0; i < blockBytes; i++) sum += block[i]!;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** Name and prefix as ustar joins them with a slash; undefined where they do not fit. The longest name that fits is taken. */
function splitName(name: string): { readonly prefix: string; readonly name: string } | undefined {
  const bytes = Buffer.from(name);
  if (bytes.length <= 100) return { prefix: '', name };
  // Neither part may be empty, and a slash is one byte in UTF-8 and part of no other character.
  for (let at = bytes.indexOf(47, bytes.length - 101); at >= 0 && at <= 155; at = bytes.indexOf(47, at + 1))
    if (at > 0 && at < bytes.length - 1)
      return { prefix: bytes.toString('utf8', 0, at), name: bytes.toString('utf8', at + 1) };
  return undefined;
}

/** Whether a name needs no PAX record. */
export const fitsUstar = (name: string): boolean => splitName(name) !== undefined;

/** What stands in the header whose name is in the PAX record: cut at a character. */
function cutName(name: string): string {
  let cut = '';
  for (const character of name) {
    if (Buffer.byteLength(cut) + Buffer.byteLength(character) > 100) break;
    cut += character;
  }
  return cut.endsWith('/') ? `${cut.slice(0, -1)}_` : cut;
}

/** `LENGTH KEYWORD=VALUE\n`, where the length counts itself. */
function paxRecord(keyword: string, value: string): Buffer {
  const rest = Buffer.from(` ${keyword}=${value}\n`);
  let length = rest.length + 1;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
