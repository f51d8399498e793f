import {
  closeSync,
  createReadStream,
  fstatSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  type PathLike,
  type ReadStream,
  readSync,
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

export function isLink(path: PathLike): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  } catch (error) {
    // Nothing is below a file.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return false;
    throw error;
  }
}

/** All of the text or nothing: a full disk takes a part of it at times. */
export async function append(file: number, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  const written = writeSync(file, bytes);
  if (written === bytes.length) return;
  ftruncateSync(file, fstatSync(file).size - written);
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
}

/** Writes a file that is not there yet, and gives the time that it was written at as `Stats` has it (ms). */
export function writeNew(path: PathLike, data: Buffer): number {
  const file = openSync(path, 'wx');
  try {
    writeFileSync(file, data);
    return fstatSync(file).mtimeMs;
  } finally {
    closeSync(file);
  }
}

/** A file open for reading, that stays what it was when another takes its name. */
export class OpenFile {
  private readonly file: number;
  private isMine = true;

  constructor(path: PathLike) {
    this.file = openSync(path, 'r');
  }

  /** Fewer bytes than `length` where the file ends before. */
  read(start: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    let read = 0;
    for (let more = -1; read < length && more !== 0; read += more)
      more = readSync(this.file, bytes, read, length - read, start + read);
    return bytes.subarray(0, read);
  }

  /** From the first byte to the last, both included. It closes the file when it ends or is destroyed, not while it reads. */
  stream(start = 0, end = Number.POSITIVE_INFINITY, atATime = 1024 * 1024): ReadStream {
    this.isMine = false;
    return createReadStream('', { fd: this.file, start, end, highWaterMark: atATime });
  }

  /** Where no stream does it. */
  close(): void {
    if (this.isMine) closeSync(this.file);
    this.isMine = false;
  }
}

export async function writeFile(
  path: PathLike,
  data: string | Buffer,
  options: { readonly flag?: string } = {},
): Promise<void> {
  writeFileSync(path, data, options);
}
