import {
  fstatSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  type PathLike,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';

/**
 * Those calls of node:fs/promises that take microseconds, made at once: a write of a small object makes a dozen of them,
 * and each trip to the thread pool takes ten times as long as the call itself.
 */

export async function link(existing: PathLike, path: PathLike): Promise<void> {
  linkSync(existing, path);
}

export async function mkdir(path: PathLike, options: { readonly recursive: true }): Promise<void> {
  mkdirSync(path, options);
}

export async function rename(from: PathLike, to: PathLike): Promise<void> {
  renameSync(from, to);
}

export async function rm(
  path: PathLike,
  options: { readonly force: true; readonly recursive?: boolean },
): Promise<void> {
  rmSync(path, options);
}

export async function rmdir(path: PathLike): Promise<void> {
  rmdirSync(path);
}

/** Of a file or folder, or undefined where there is none. */
export function statOf(path: PathLike): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** All of the text or nothing: a full disk takes a part of it at times. */
export async function append(file: number, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  const written = writeSync(file, bytes);
  if (written === bytes.length) return;
  ftruncateSync(file, fstatSync(file).size - written);
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
}

export async function writeFile(
  path: PathLike,
  data: string | Buffer,
  options: { readonly flag?: string } = {},
): Promise<void> {
  writeFileSync(path, data, options);
}
