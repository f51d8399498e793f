import { stat } from 'node:fs/promises';
import { basename, dirname, relative, sep } from 'node:path';
import type { Store } from '../../lib/contract/ports/ports.ts';
import { filesOf, leftOutText } from './files-of.ts';

export interface KeptFiles {
  readonly files: number;
  readonly bytes: number;
  /** Files that were too many or too large to be kept. */
  readonly leftOut: number;
  /** Links, pipes and the like, as a line of the log. */
  readonly noFiles?: string;
}

/** Bytes and files of a failed attempt that are kept; of one that has to end at once, less. */
export const failedLimits = {
  failed: { bytes: 256 * 1024 ** 2, files: 1000 },
  interrupted: { bytes: 8 * 1024 ** 2, files: 100 },
} as const;

/**
 * Stores what a failed attempt wrote below `prefix`, which ends in `/`: the smallest files first, for a log is small and says
 * most. Never throws: the failure that it is about is worth more.
 */
export async function keepFailed(
  store: Store,
  paths: readonly string[],
  prefix: string,
  limit: { readonly bytes: number; readonly files: number },
): Promise<KeptFiles> {
  const found: { path: string; key: string; size: number }[] = [];
  const told: string[] = [];
  for (const path of paths) {
    const there = await filesOf(path);
    told.push(...[leftOutText(there.leftOut, dirname(path))].flatMap(text => text ?? []));
    for (const file of there.files) {
      const inside = relative(path, file).split(sep).join('/');
      const key = `${prefix}${basename(path)}${inside === '' ? '' : `/${inside}`}`;
      const size = await stat(file).then(
        info => info.size,
        () => undefined,
      );
      if (size !== undefined) found.push({ path: file, key, size });
    }
  }
  found.sort((a, b) => a.size - b.size);
  let [files, bytes] = [0, 0];
  for (const { path, key, size } of found) {
    if (files >= limit.files || bytes + size > limit.bytes) break;
    try {
      await store.upload(path, key);
    } catch {
      continue;
    }
    files++;
    bytes += size;
  }
  return {
    files,
    bytes,
    leftOut: found.length - files,
    ...(told.length > 0 ? { noFiles: told.join('; ') } : {}),
  };
}

/** Where they are, as a line of the log; undefined where nothing was written. */
export function keptText(
  { files, bytes, leftOut, noFiles }: KeptFiles,
  bucket: string,
  prefix: string,
): string | undefined {
  if (files + leftOut === 0) return noFiles;
  const rest = leftOut > 0 ? `; ${leftOut} more were too large, too many, or refused` : '';
  return `what it wrote is kept: ${files} ${files === 1 ? 'file' : 'files'}, ${bytes} bytes at s3://${bucket}/${prefix}${rest}${noFiles ? `; ${noFiles}` : ''}`;
}
