import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectMeta, ReceivedFile } from '../disk/bucket.ts';
import { compareKeys } from '../disk/key-order.ts';
import { Locks } from '../disk/locks.ts';
import { mkdir, rename, rm, writeFile } from '../disk/quick-fs.ts';
import type { ChecksumAlgorithm } from '../wire/checksums.ts';

export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly algorithm?: ChecksumAlgorithm;
  readonly type?: 'FULL_OBJECT' | 'COMPOSITE';
  readonly tags?: ObjectMeta['tags'];
  readonly retention?: ObjectMeta['retention'];
  readonly legalHold?: ObjectMeta['legalHold'];
  readonly initiated: string;
}

export interface UploadedPart {
  readonly number: number;
  /** The file with its bytes, in the upload's folder; a part sent again has a new one. */
  readonly file: string;
  readonly size: number;
  readonly etag: string;
  readonly checksums: ReceivedFile['checksums'];
  readonly at: string;
}

/** Multipart uploads on disk: each a folder with its parts, so they survive the twin. */
export class UploadStore {
  private readonly folder: string;
  private readonly locks = new Locks();

  constructor(folder: string) {
    this.folder = folder;
  }

  async create(upload: Omit<Upload, 'id'>): Promise<Upload> {
    const made = { id: newUploadId(Date.parse(upload.initiated)), ...upload };
    await mkdir(join(this.folder, made.id), { recursive: true });
    await writeWhole(join(this.folder, made.id, 'upload.json'), made);
    return made;
  }

  async find(id: string): Promise<Upload | undefined> {
    return /^[\w-]+$/.test(id) ? readWhole<Upload>(join(this.folder, id, 'upload.json')) : undefined;
  }

  /** One change of an upload at a time. */
  exclusively<T>(id: string, work: () => Promise<T>): Promise<T> {
    return this.locks.run(id, work);
  }

  /** Takes a received file as a part; call it in `exclusively`. */
  async keep(upload: Upload, number: number, received: ReceivedFile, at: string): Promise<void> {
    const folder = join(this.folder, upload.id);
    const before = await readWhole<UploadedPart>(join(folder, partName(number)));
    const file = `${number}-${randomBytes(6).toString('hex')}.bytes`;
    const { size, etag, checksums } = received;
    await rename(received.path, join(folder, file));
    await writeWhole(join(folder, partName(number)), {
      number,
      file,
      size,
      etag,
      checksums,
      at,
    });
    if (before) await rm(join(folder, before.file), { force: true });
  }

  /** In order of their numbers. */
  async parts(upload: Upload): Promise<UploadedPart[]> {
    const folder = join(this.folder, upload.id);
    const names = (await readdir(folder)).filter(name => /^part-\d+\.json$/.test(name));
    const parts = await Promise.all(names.map(name => readWhole<UploadedPart>(join(folder, name))));
    return parts.filter(part => part !== undefined).sort((a, b) => a.number - b.number);
  }

  async *bytesOf(upload: Upload, parts: readonly UploadedPart[]): AsyncGenerator<Buffer> {
    for (const part of parts) {
      const path = join(this.folder, upload.id, part.file);
      yield* createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>;
    }
  }

  async remove(upload: Upload): Promise<void> {
    // Without this file it is no upload any more, whenever the rest goes.
    await rm(join(this.folder, upload.id, 'upload.json'), { force: true });
    await rm(join(this.folder, upload.id), { recursive: true, force: true });
  }

  /** A bucket's uploads by key, then by when they began. */
  async list(bucket: string): Promise<Upload[]> {
    const ids = await readdir(this.folder).catch(() => [] as string[]);
    const uploads = await Promise.all(ids.map(id => this.find(id)));
    return uploads
      .filter(upload => upload?.bucket === bucket)
      .filter(upload => upload !== undefined)
      .sort((a, b) => compareKeys(a.key, b.key) || compareKeys(a.id, b.id));
  }
}

let lastSequence = 0;

/** It rises: by the time when the upload begins, and one after the other within a millisecond. */
function newUploadId(nowMs: number): string {
  lastSequence = Math.max(lastSequence + 1, nowMs * 1000);
  return `${lastSequence.toString(36).padStart(11, '0')}${randomBytes(20).toString('hex')}`;
}

function partName(number: number): string {
  return `part-${number}.json`;
}

async function writeWhole(path: string, value: object): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  await writeFile(temporary, JSON.stringify(value), { flag: 'wx' });
  await rename(temporary, path);
}

async function readWhole<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
