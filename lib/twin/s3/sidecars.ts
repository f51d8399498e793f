import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ChecksumAlgorithm } from './checksums.ts';
import { mkdir, rename, rm, writeFile } from './quick-fs.ts';

/** What S3 keeps of an object beside its bytes; the sidecar file. */
export interface ObjectMeta {
  readonly key: string;
  /** Below the bucket's folder. */
  readonly path: string;
  readonly size: number;
  /** Of the file when it was stored, in ms; another one means that somebody edited it by hand. */
  readonly mtimeMs: number;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModified: string;
  /** content-type and its like, and x-amz-meta-*; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  readonly parts?: readonly number[];
  /** Of each part, where the upload was made with checksums. */
  readonly partChecksums?: readonly Readonly<Partial<Record<ChecksumAlgorithm, string>>>[];
  /** Left out of the version that S3 calls `null`. */
  readonly versionId?: string;
  /** Rises with every version of a bucket: microseconds since 1970, or more where the clock stood still. */
  readonly sequence?: number;
  readonly deleteMarker?: true;
  /** Its file is being removed for good. */
  readonly doomed?: true;
  readonly tags?: Readonly<Record<string, string>>;
  readonly retention?: Retention;
  readonly legalHold?: 'ON' | 'OFF';
  readonly restore?: Restore;
}

/** Object Lock: until when a version cannot be removed. */
export interface Retention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  readonly until: string;
}

/** A temporary copy of an archived object: when it is there, and when it goes again. */
export interface Restore {
  readonly tier: string;
  readonly readyAt: string;
  readonly expiresAt: string;
}

export const versionIdOf = (meta: ObjectMeta): string => meta.versionId ?? 'null';

export const sequenceOf = (meta: ObjectMeta): number => meta.sequence ?? Date.parse(meta.lastModified) * 1000;

const announced = '.next';

/**
 * The sidecar files of one bucket. A file and its sidecar cannot be renamed as one, so a sidecar is announced before its
 * file is put in place: whichever moment the twin is killed at, one of the two sidecars describes the file that is there.
 */
export class Sidecars {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * All that are stored. What a kill left announced is settled first: it counts when its file came into its place, which
   * `isPlaced` tells. One that cannot be read is as good as none.
   */
  async all(isPlaced: (meta: ObjectMeta) => Promise<boolean>): Promise<ObjectMeta[]> {
    const groups = await readdir(this.folder);
    const lists = await Promise.all(
      groups.map(async group => {
        const names = await readdir(join(this.folder, group)).catch(() => []);
        for (const name of names.filter(each => each.endsWith(announced))) {
          await settle(join(this.folder, group, name), isPlaced);
        }
        const wanted = new Set(names.map(name => name.replace(/\.next$/, '')));
        const settled = [...wanted].filter(name => /^[0-9a-f]+$/.test(name));
        return Promise.all(settled.map(name => readSidecar(join(this.folder, group, name))));
      }),
    );
    return lists.flat().filter(meta => meta !== undefined);
  }

  /** The sidecar that describes this very file, or undefined. */
  async describing(
    key: string,
    file: Pick<ObjectMeta, 'size' | 'mtimeMs'>,
    path: string,
  ): Promise<ObjectMeta | undefined> {
    for (const name of [this.pathOf(key), this.pathOf(key) + announced]) {
      const meta = await readSidecar(name);
      if (meta?.key === key && meta.size === file.size && meta.mtimeMs === file.mtimeMs)
        return { ...meta, path };
    }
    return undefined;
  }

  /** Stores the sidecar around `place`, which puts the file in its place. */
  async store(meta: ObjectMeta, place?: () => Promise<void>): Promise<void> {
    const path = this.pathOf(meta.key);
    const text = JSON.stringify(meta);
    await mkdir(dirname(path), { recursive: true });
    if (place) {
      // Half written by a kill, it is as good as none: nothing was put in place yet.
      await writeFile(path + announced, text);
      await place();
      await rename(path + announced, path);
    } else {
      await replaceFile(path, text);
      await rm(path + announced, { force: true });
    }
  }

  async remove(key: string): Promise<void> {
    await rm(this.pathOf(key) + announced, { force: true });
    await rm(this.pathOf(key), { force: true });
  }

  private pathOf(key: string): string {
    const digest = createHash('sha256').update(key).digest('hex');
    return join(this.folder, digest.slice(0, 2), digest.slice(2, 42));
  }
}

async function settle(path: string, isPlaced: (meta: ObjectMeta) => Promise<boolean>): Promise<void> {
  const meta = await readSidecar(path);
  if (meta && (await isPlaced(meta))) await rename(path, path.slice(0, -announced.length));
  else await rm(path, { force: true });
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}

export async function readSidecar(path: string): Promise<ObjectMeta | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ObjectMeta;
  } catch {
    return undefined;
  }
}
