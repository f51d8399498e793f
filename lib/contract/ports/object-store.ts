import type { ListOptions, ObjectInfo, Store, UploadedObject } from './ports.ts';

/**
 * S3 as an archive needs it: conditional and partial reads, uploads by parts, versions, tags, storage classes, deletion by
 * ETag. Implemented by `objectStore` of lib/aws/wire. Every call rejects with a StoreError where S3 refuses, after tries
 * of its own for what passes (503, resets, silence); nothing here waits for a socket for ever.
 */
export interface ObjectStore extends Store {
  /** Uploads a file as Store does, with metadata of its own where it is given. */
  upload(path: string, key: string, options?: UploadOptions): Promise<UploadedObject>;
  /** HEAD with all that S3 says of an object; undefined when there is none (or the version is a delete marker). */
  look(key: string, options?: { readonly versionId?: string }): Promise<StoredObject | undefined>;
  /**
   * Fills `target` with as many bytes of the object from `from` on (default 0), neither more nor fewer. `onBytes` sees the
   * bytes in order, each once, as views of `target`; where a body breaks off and is asked for again, `onRestart` comes first.
   */
  readInto(key: string, target: Buffer, options: ReadIntoOptions): Promise<StoredObject>;
  /** The object as a stream; a body that is short, stalls or breaks off makes the iteration throw. */
  stream(
    key: string,
    options?: ReadOptions,
  ): Promise<{ readonly info: StoredObject; readonly body: AsyncIterable<Buffer> }>;
  /** Starts an upload by parts. What is not completed is aborted by the caller, or by the bucket's lifecycle. */
  begin(key: string, options?: BeginOptions): Promise<PartWriter>;
  /** Uploads to the key that were begun and neither completed nor aborted. */
  uploads(
    prefix: string,
  ): AsyncIterable<{ readonly key: string; readonly uploadId: string; readonly initiated: Date }>;
  abort(key: string, uploadId: string): Promise<void>;
  /**
   * Deletes each key only while its ETag (and, where it is given, its current version) is what the caller says. At most
   * 1,000; one answer each, in order. `gone`: there was nothing. `changed`: something else is there, and stays. `oneByOne`: by
   * DeleteObject, for servers that pass over the ETags of DeleteObjects.
   */
  deleteMany(
    entries: readonly DeleteEntry[],
    options?: { readonly oneByOne?: boolean },
  ): Promise<readonly DeleteOutcome[]>;
  /** Versions and delete markers in key order, the newest of a key first. An unversioned bucket's have the id `null`. */
  versions(prefix: string, options?: ListOptions): AsyncIterable<ObjectVersion>;
  /**
   * The same in pages, for who wants all of a hundred thousand: an await for each costs more than its line. Each page is in key order;
   * large listings are asked for in ranges at once, and their pages come in any order, each version once.
   */
  versionPages(prefix: string): AsyncIterable<readonly ObjectVersion[]>;
  tags(key: string, options?: { readonly versionId?: string }): Promise<Readonly<Record<string, string>>>;
  /** Replaces all tags of an object. */
  tag(
    key: string,
    tags: Readonly<Record<string, string>>,
    options?: { readonly versionId?: string },
  ): Promise<void>;
  /** Asks for a readable copy of an archived object. `days` must be left out for Intelligent-Tiering. */
  restore(key: string, options: RestoreOptions): Promise<'requested' | 'in-progress' | 'available'>;
  /** GetObjectAttributes: what is known of the object at rest, without reading it. */
  attributes(key: string, options?: { readonly versionId?: string }): Promise<StoredAttributes | undefined>;
  /** A copy inside S3, up to 5 GiB; rejects with PreconditionFailed when the source changed or (ifNoneMatch) the key is taken. */
  copy(from: CopySource, key: string, options: CopyOptions): Promise<{ readonly etag: string }>;
  /** What becomes of what is deleted here: versions and expiry. */
  facts(): Promise<BucketFacts>;
  /** Deletes one version for good: only the documented destruction of an archive has the right. */
  deleteVersion(
    key: string,
    versionId: string,
    options?: {
      /** What Object Lock holds in GOVERNANCE mode goes, too. */ readonly bypassGovernance?: boolean;
    },
  ): Promise<void>;
}

export interface BucketFacts {
  /** Undefined: what is deleted is gone at once. */
  readonly versioning?: 'Enabled' | 'Suspended';
  /** Rules that are on. */
  readonly expiry: readonly ExpiryRule[];
}

export interface ExpiryRule {
  readonly id: string;
  readonly prefix: string;
  /** Only for objects with certain tags. */
  readonly isForTags: boolean;
  /** Days after which what is current expires. */
  readonly days?: number;
  /** Days after which what was deleted or written over goes for good. */
  readonly noncurrentDays?: number;
}

export interface UploadOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  /** A file of this machine that remembers an upload by parts, so that another process goes on with it. @default none does */
  readonly resumeBy?: string;
}

/** An object as HEAD and GET describe it. */
export interface StoredObject extends ObjectInfo {
  /** Undefined in a bucket that never had versioning. */
  readonly versionId?: string;
  /** `STANDARD` where S3 says nothing. */
  readonly storageClass: string;
  /** Checksums of the whole object (type FULL_OBJECT), base64; composite ones are left out. */
  readonly checksums: Checksums;
  /** Where the object is archived and a copy was asked for. */
  readonly restore?: { readonly ongoing: boolean; readonly expires?: Date };
  /** `ARCHIVE_ACCESS`, `DEEP_ARCHIVE_ACCESS`: an Intelligent-Tiering object that cannot be read now. */
  readonly archiveStatus?: string;
  /** `AES256`, `aws:kms`, …: with the first, the ETag of an object in one piece is its MD5. */
  readonly encryption?: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export type ChecksumName = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';
export type Checksums = { readonly [N in ChecksumName]?: string };

export interface ReadOptions {
  /** Rejects with PreconditionFailed when the object is another by now. */
  readonly ifMatch?: string;
  readonly versionId?: string;
  /** `[first, end)` in bytes. */
  readonly range?: readonly [number, number];
  readonly signal?: AbortSignal;
}

export interface ReadIntoOptions {
  readonly ifMatch?: string;
  readonly versionId?: string;
  /** First byte, where a part of the object is wanted; undefined: the target is the whole object. */
  readonly from?: number;
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: Buffer) => void;
  readonly onRestart?: () => void;
}

export interface BeginOptions {
  readonly storageClass?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** An upload by parts whose every part, and whose whole, S3 checks by CRC-32. */
export interface PartWriter {
  readonly uploadId: string;
  /** Parts are numbered from 1; all but the last have 5 MiB at least. `crc32` is the part's. Any order, any number at once. */
  part(number: number, body: Buffer, crc32: number): Promise<void>;
  /**
   * Makes the parts the object, if there is none of the key: answers `created: false` where there is one. Believed only
   * when a HEAD afterwards shows the size and the CRC-32 of the whole.
   */
  complete(whole: {
    readonly size: number;
    readonly crc32: number;
  }): Promise<{ readonly created: boolean; readonly object: StoredObject }>;
  abort(): Promise<void>;
}

export interface DeleteEntry {
  readonly key: string;
  readonly etag: string;
}

export interface DeleteOutcome {
  readonly key: string;
  readonly outcome: 'deleted' | 'gone' | 'changed' | 'error';
  /** S3's code and message, for `error`. */
  readonly reason?: string;
}

export interface ObjectVersion extends ObjectInfo {
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly isDeleteMarker: boolean;
  readonly storageClass: string;
  readonly checksumAlgorithm?: string;
}

export interface RestoreOptions {
  readonly tier: 'Bulk' | 'Standard' | 'Expedited';
  readonly days?: number;
  readonly versionId?: string;
}

export interface StoredAttributes {
  readonly size: number;
  readonly etag: string;
  readonly storageClass: string;
  readonly checksums: Checksums;
}

export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

export interface CopyOptions {
  readonly ifMatch: string;
  readonly ifNoneMatch?: boolean;
  readonly storageClass?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** In place of the source's; a copy onto itself must change something. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** S3's refusal, with its code: `NoSuchKey`, `PreconditionFailed`, `InvalidObjectState`, `AccessDenied`. */
export interface StoreError extends Error {
  readonly code: string;
  readonly status: number;
  /** Where the bucket is, when S3 says that it was asked in another region. */
  readonly region?: string;
}

export const isStoreError = (error: unknown, ...codes: readonly string[]): error is StoreError =>
  error instanceof Error &&
  typeof (error as Partial<StoreError>).code === 'string' &&
  typeof (error as Partial<StoreError>).status === 'number' &&
  (codes.length === 0 || codes.includes((error as StoreError).code));

/** Without the quotes that some answers put around it. */
export const bareEtag = (etag: string): string => etag.replace(/^W\//, '').replaceAll('"', '');
