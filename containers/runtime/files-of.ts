import { type Dirent, lstatSync, type Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What a tool left that S3 has no place for. */
export interface LeftOut {
  readonly path: string;
  readonly kind: 'link' | 'pipe' | 'socket' | 'device';
}

export interface FilesOf {
  /** Every regular file, in a stable order. */
  readonly files: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

/** The regular files below a path (or the path itself), and what is there besides: links are not followed. */
export async function filesOf(path: string): Promise<FilesOf> {
  const found = statOf(path);
  if (!found) return { files: [], leftOut: [] };
  if (!found.isDirectory()) {
    const kind = kindOf(found);
    return kind ? { files: [], leftOut: [{ path, kind }] } : { files: [path], leftOut: [] };
  }
  const entries = (await readdir(path, { withFileTypes: true, recursive: true }))
    .map(entry => ({ entry, path: join(entry.parentPath, entry.name) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    files: entries.filter(({ entry }) => entry.isFile()).map(each => each.path),
    leftOut: entries.flatMap(({ entry, path: at }) => {
      const kind = kindOf(entry);
      return kind ? [{ path: at, kind }] : [];
    }),
  };
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

function kindOf(
  entry: Pick<Dirent, 'isSymbolicLink' | 'isFIFO' | 'isSocket' | 'isCharacterDevice' | 'isBlockDevice'>,
): LeftOut['kind'] | undefined {
  if (entry.isSymbolicLink()) return 'link';
  if (entry.isFIFO()) return 'pipe';
  if (entry.isSocket()) return 'socket';
  return entry.isCharacterDevice() || entry.isBlockDevice() ? 'device' : undefined;
}

/** The first of them and their number, as a line of a log. */
export function leftOutText(leftOut: readonly LeftOut[], from: string): string | undefined {
  if (leftOut.length === 0) return undefined;
  const some = leftOut
    .slice(0, 5)
    .map(({ path, kind }) => `${path.slice(from.length).replace(/^\//, '') || path} (${kind})`);
  const more = leftOut.length > some.length ? `, and ${leftOut.length - some.length} more` : '';
  return `not stored, for only files are: ${some.join(', ')}${more}`;
}
