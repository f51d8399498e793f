import { isStoreError } from '../../../lib/contract/ports/object-store.ts';

/** What became of a call on a file; the words are part of the protocol (docs/pypeliner.md). */
export type FileErrorCode =
  | 'not-found'
  | 'denied'
  | 'changed'
  | 'corrupt'
  | 'bad-path'
  | 'no-space'
  | 'unavailable';

/** A file that could not be looked at, sent or fetched, and why. `path` is the caller's name of it. */
export class FileError extends Error {
  readonly code: FileErrorCode;
  readonly path: string;

  constructor(code: FileErrorCode, path: string, message: string, cause?: unknown) {
    super(`${path}: ${message}`, { cause });
    this.name = 'FileError';
    this.code = code;
    this.path = path;
  }
}

/** Any error of a store or a disk as a FileError. */
export function asFileError(path: string, error: unknown): FileError {
  if (error instanceof FileError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new FileError('not-found', path, 'there is no such file here', error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new FileError('no-space', path, message, error);
  if (code === 'EISDIR' || code === 'ENOTDIR') return new FileError('bad-path', path, message, error);
  if (isStoreError(error, 'NoSuchKey', 'NoSuchBucket') || (isStoreError(error) && error.status === 404))
    return new FileError('not-found', path, message, error);
  if (isStoreError(error) && error.status === 403) return new FileError('denied', path, message, error);
  if (isStoreError(error, 'PreconditionFailed')) return new FileError('changed', path, message, error);
  return new FileError('unavailable', path, message, error);
}
