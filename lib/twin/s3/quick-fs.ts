import {
  linkSync,
  mkdirSync,
  type PathLike,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
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

export async function stat(path: PathLike): Promise<Stats> {
  return statSync(path);
}

export async function writeFile(
  path: PathLike,
  data: string | Buffer,
  options: { readonly flag?: string } = {},
): Promise<void> {
  writeFileSync(path, data, options);
}
