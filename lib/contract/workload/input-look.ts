import type { Store } from '../ports/ports.ts';
import type { MountAccess } from './workload.ts';

export interface HiddenKey {
  readonly key: string;
  readonly why: string;
}

/** What a listing shows of an input, before anything is mounted. */
export interface InputLook {
  /** Keys that were looked at; those of folders without content are none. */
  readonly keys: number;
  /** Whether that was all of them. */
  readonly isWhole: boolean;
  /** Keys that a tool would not find below the mount. */
  readonly hidden: readonly HiddenKey[];
}

/** Keys in the order of their bytes, and whether that is all of them. */
export interface InputListing {
  readonly objects: readonly { readonly key: string; readonly size: number }[];
  readonly isWhole: boolean;
}

/** Looks at the first `limit` keys below a prefix: one request to S3 for each 1,000. */
export async function lookAtInput(
  store: Store,
  prefix: string,
  access: MountAccess,
  limit = 1000,
): Promise<InputLook> {
  const objects = [];
  for await (const object of store.list(prefix, { limit })) objects.push(object);
  return judgeInput({ objects, isWhole: objects.length < limit }, prefix, access);
}

/**
 * What a mount makes of a listing. S3 takes keys that no folder can hold, and mounts leave them out without a word; a prefix
 * that is not there is an empty folder to them.
 */
export function judgeInput(
  { objects, isWhole }: InputListing,
  prefix: string,
  access: MountAccess,
): InputLook {
  const files = new Set<string>();
  const hidden: HiddenKey[] = [];
  let keys = 0;
  for (const { key, size } of objects) {
    const path = key.slice(prefix.length);
    if (path === '' || (path.endsWith('/') && size === 0)) continue;
    keys++;
    const why = whyHidden(path);
    // In the order of their bytes a key comes before those below it.
    const above = why ? undefined : foldersAbove(path).find(folder => files.has(folder));
    if (why) hidden.push({ key, why });
    else if (above === undefined) files.add(path);
    else hidden.push(besideFolder(prefix, above, key, access));
  }
  return { keys, isWhole, hidden: distinct(hidden) };
}

/** Keys that no mount shows. Seen with Mountpoint for S3 1.23.0 and s3fs 1.90; a download leaves them out as well. */
function whyHidden(path: string): string | undefined {
  if (path.endsWith('/')) return 'its name ends in a slash, so its content is a folder';
  const parts = path.split('/');
  if (parts.includes('')) return 'two slashes follow each other in its name';
  if (parts.includes('.') || parts.includes('..')) return 'a part of its name is . or ..';
  return undefined;
}

/** Of `a` and `a/b`, Mountpoint shows the folder, s3fs the file; a download has both and can keep one. */
function besideFolder(prefix: string, above: string, key: string, access: MountAccess): HiddenKey {
  return access === 'mount-s3'
    ? { key: prefix + above, why: `${key} makes a folder of its name` }
    : { key, why: `${prefix}${above} is a file, and its name a folder here` };
}

function foldersAbove(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

const distinct = (hidden: readonly HiddenKey[]): readonly HiddenKey[] => [
  ...new Map(hidden.map(each => [each.key, each])).values(),
];

/** The hidden keys in a sentence, or undefined where there is none. */
export function hiddenText({ hidden, isWhole, keys }: InputLook): string | undefined {
  if (hidden.length === 0) return undefined;
  const [first] = hidden;
  const where = isWhole ? '' : ` of the first ${keys.toLocaleString('en-US')}`;
  return `${hidden.length.toLocaleString('en-US')} ${hidden.length === 1 ? 'key' : 'keys'}${where} cannot be seen as files, such as ${JSON.stringify(first!.key)}: ${first!.why}`;
}
