import { fitsUstar } from './tar-header.ts';

/**
 * Names of members in the tars. Payload lies below `data/`, as BagIt wants it, under the object's key. A key that some tar
 * reader loses, renames or refuses gets a safe name below `data/%escaped/` that can be read back:
 *
 *   component       in the safe name
 *   (empty)         %empty
 *   .  and  ..      %2E  and  %2E%2E
 *   %  and NUL      %25  and  %00
 *   over 255 bytes  pieces of at most 240 bytes, all but the last with %+ behind them
 *
 * and `%` behind the whole: files then always end in a bare `%` and folders never do, so no file is another's folder.
 */
const payload = 'data/';
const escaped = '%escaped/';
const longest = 255;
const piece = 240;

/** Why a key cannot be a member's name as it is; undefined where it can. `folders`: every key's own folders in the plate. */
export function nameTrouble(key: string, folders: ReadonlySet<string>): string | undefined {
  if (!key.isWellFormed()) return 'it is not Unicode';
  if (`${key}/`.startsWith(escaped)) return 'it looks like an escaped name';
  if (key.includes('\0')) return 'it holds a NUL';
  if (folders.has(key)) return 'it is also the folder of another object';
  for (const component of key.split('/')) {
    if (component === '') return 'a part between slashes is empty';
    if (component === '.' || component === '..') return `it has the part ${component}`;
    if (isLong(component)) return `a part has more than ${longest} bytes`;
  }
  if (!fitsUstar(payload + key) && !isComposed(key))
    return 'it is long and has characters that some readers compose';
  return undefined;
}

/** The member's name for a key; the same for the same key and plate, and different for different keys. */
export const memberName = (key: string, folders: ReadonlySet<string>): string =>
  nameTrouble(key, folders) === undefined ? payload + key : payload + escaped + safe(key);

/** The key of a member. Throws where no key has that name. */
export function keyOfMember(name: string): string {
  if (!name.startsWith(payload)) throw new Error(`${name} is not below ${payload}`);
  const rest = name.slice(payload.length);
  if (!rest.startsWith(escaped)) return rest;
  if (!rest.endsWith('%')) throw new Error(`${name} is no escaped name`);
  return rest
    .slice(escaped.length, -1)
    .replaceAll('%+/', '')
    .split('/')
    .map(component => (component === '%empty' ? '' : unescapeText(component)))
    .join('/');
}

/** Every folder that a key lies in: `a`, `a/b` for `a/b/c`. */
export function foldersOf(keys: Iterable<string>): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const key of keys)
    for (let at = key.lastIndexOf('/'); at >= 0; at = key.lastIndexOf('/', at - 1)) {
      const folder = key.slice(0, at);
      // Its own folders are known when it is.
      if (folders.has(folder)) break;
      folders.add(folder);
      if (at === 0) break;
    }
  return folders;
}

const safe = (key: string): string =>
  `${key
    .split('/')
    .map(component => (component === '' ? '%empty' : pieces(escapeText(component))))
    .join('/')}%`;

const escapeText = (component: string): string => {
  const text = wellFormed(component).replaceAll('%', '%25').replaceAll('\0', '%00');
  if (!isComposed(text)) return text.replace(/[^\x00-\x7f]/gu, encodeURIComponent);
  return withoutDots(text);
};

/** `.` and `..` mean folders to every reader. */
const withoutDots = (text: string): string =>
  text === '.' || text === '..' ? text.replaceAll('.', '%2E') : text;

const unescapeText = (component: string): string =>
  component.replace(/(?:%[0-9A-F]{2})+/g, run => decodeURIComponent(run));

const isComposed = (text: string): boolean => text.normalize('NFC') === text;

/** A long component in pieces that are cut between characters, and not inside an escape. */
function pieces(component: string): string {
  if (!isLong(component)) return component;
  const cut: string[] = [''];
  let bytes = 0;
  for (const [unit] of component.matchAll(/%..|[\s\S]/gu)) {
    const length = Buffer.byteLength(unit);
    if (bytes + length > piece) {
      cut.push('');
      bytes = 0;
    }
    cut[cut.length - 1] += unit;
    bytes += length;
  }
  return cut.map((each, i) => (i + 1 < cut.length ? each : withoutDots(each))).join('%+/');
}

// The last piece of a name has `%` behind it.
const isLong = (component: string): boolean => Buffer.byteLength(component) > longest - 1;

function wellFormed(text: string): string {
  if (text.isWellFormed()) return text;
  throw new Error(`${JSON.stringify(text)} is not Unicode: S3 has no such key`);
}
