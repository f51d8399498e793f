import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, type Stats } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ChecksumAlgorithm } from './checksums.ts';
import { joinPieces, keyToAsidePath, keyToPath, pathToKey } from './key-path.ts';

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
}

/** A file that was received, checked and waits to become an object. */
export interface Received {
  readonly path: string;
  readonly size: number;
  readonly etag: string;
  readonly checksums: ObjectMeta['checksums'];
}

const rescanAfterMs = 1000;

/** One bucket: a plain folder of files, and a folder of sidecars beside it. */
export class Bucket {
  readonly name: string;
  private readonly folder: string;
  private readonly sidecars: string;
  private readonly index = new Map<string, ObjectMeta>();
  private sorted: string[] | undefined;
  private scannedAt = 0;
  private readonly locks = new Map<string, Promise<unknown>>();

  private constructor(name: string, folder: string, sidecars: string) {
    this.name = name;
    this.folder = folder;
    this.sidecars = sidecars;
  }

  static async open(root: string, name: string): Promise<Bucket> {
    const bucket = new Bucket(name, join(root, name), join(root, '.meta', name));
    mkdirSync(bucket.folder, { recursive: true });
    mkdirSync(bucket.sidecars, { recursive: true });
    for (const group of await readdir(bucket.sidecars)) {
      for (const file of await readdir(join(bucket.sidecars, group))) {
        if (!file.endsWith('.json')) continue;
        const meta = JSON.parse(await readFile(join(bucket.sidecars, group, file), 'utf8')) as ObjectMeta;
        bucket.index.set(meta.key, meta);
      }
    }
    await bucket.rescan();
    return bucket;
  }

  /** The object as it is on disk now, or undefined. */
  async find(key: string): Promise<ObjectMeta | undefined> {
    const meta = this.index.get(key);
    const path = meta?.path ?? keyToPath(key);
    const file = await stat(join(this.folder, path)).catch(() => undefined);
    if (!file?.isFile()) {
      if (meta) this.forget(key);
      return undefined;
    }
    if (meta && meta.size === file.size && meta.mtimeMs === file.mtimeMs) return meta;
    return this.adopt(key, path, file);
  }

  filePath(meta: ObjectMeta): string {
    return join(this.folder, meta.path);
  }

  /** Keys in UTF-8 byte order, with what was dropped into the folder by hand. */
  async keys(): Promise<readonly string[]> {
    if (Date.now() - this.scannedAt > rescanAfterMs) await this.rescan();
    this.sorted ??= [...this.index.keys()]
      .map(key => Buffer.from(key))
      .sort(Buffer.compare)
      .map(key => key.toString('utf8'));
    return this.sorted;
  }

  peek(key: string): ObjectMeta | undefined {
    return this.index.get(key);
  }

  /** One writer of a key at a time: a condition and the write it guards are one. */
  async exclusively<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.locks.get(key) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(work);
    this.locks.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.locks.get(key) === mine) this.locks.delete(key);
    }
  }

  /** Makes a received file the object; call it in `exclusively`. */
  async commit(
    key: string,
    received: Received,
    rest: Pick<ObjectMeta, 'headers' | 'checksumType' | 'parts'>,
  ): Promise<ObjectMeta> {
    const path = await this.makeRoom(key);
    await rename(received.path, join(this.folder, path));
    const file = await stat(join(this.folder, path));
    const meta: ObjectMeta = {
      key,
      path,
      size: received.size,
      mtimeMs: file.mtimeMs,
      etag: received.etag,
      lastModified: new Date().toISOString(),
      checksums: received.checksums,
      ...rest,
    };
    await this.remember(meta);
    return meta;
  }

  /** Call it in `exclusively`. */
  async remove(key: string): Promise<void> {
    const meta = await this.find(key);
    if (!meta) return;
    await rm(join(this.folder, meta.path), { force: true });
    await rm(this.sidecar(key), { force: true });
    this.forget(key);
    // Folders that hold nothing any more stand in nobody's way.
    for (let folder = dirname(meta.path); folder !== '.'; folder = dirname(folder)) {
      if (
        !(await rmdir(join(this.folder, folder)).then(
          () => true,
          () => false,
        ))
      )
        break;
    }
  }

  temporaryPath(): string {
    return join(this.sidecars, `..`, `.incoming-${process.pid}-${randomBytes(8).toString('hex')}`);
  }

  async isEmpty(): Promise<boolean> {
    return (await this.keys()).length === 0;
  }

  async destroy(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    await rm(this.sidecars, { recursive: true, force: true });
  }

  /** A path for the key with its folders made; an object in the way of a folder steps aside. */
  private async makeRoom(key: string): Promise<string> {
    const known = this.index.get(key);
    if (known && existsSync(join(this.folder, known.path))) return known.path;
    const path = keyToPath(key);
    const segments = path.split('/');
    for (let depth = 1; depth < segments.length; depth++) {
      const folder = segments.slice(0, depth).join('/');
      const there = await stat(join(this.folder, folder)).catch(() => undefined);
      if (!there?.isFile()) continue;
      const other = pathToKey(joinPieces(folder));
      const meta = (await this.find(other))!;
      const moved = keyToAsidePath(other);
      await rename(join(this.folder, folder), join(this.folder, moved));
      await this.remember({ ...meta, path: moved });
    }
    await mkdir(join(this.folder, dirname(path)), { recursive: true });
    const there = await stat(join(this.folder, path)).catch(() => undefined);
    return there?.isDirectory() ? keyToAsidePath(key) : path;
  }

  private async remember(meta: ObjectMeta): Promise<void> {
    const sidecar = this.sidecar(meta.key);
    await mkdir(dirname(sidecar), { recursive: true });
    const temporary = `${sidecar}.${randomBytes(4).toString('hex')}.tmp`;
    await writeFile(temporary, JSON.stringify(meta));
    await rename(temporary, sidecar);
    if (!this.index.has(meta.key)) this.sorted = undefined;
    this.index.set(meta.key, meta);
  }

  private forget(key: string): void {
    if (this.index.delete(key)) this.sorted = undefined;
  }

  private sidecar(key: string): string {
    const digest = createHash('sha256').update(key).digest('hex');
    return join(this.sidecars, digest.slice(0, 2), `${digest.slice(2, 40)}.json`);
  }

  private async adopt(key: string, path: string, file: Stats): Promise<ObjectMeta> {
    const hash = createHash('md5');
    for await (const chunk of createReadStream(join(this.folder, path))) hash.update(chunk as Buffer);
    const meta: ObjectMeta = {
      key,
      path,
      size: file.size,
      mtimeMs: file.mtimeMs,
      etag: hash.digest('hex'),
      lastModified: new Date(Math.floor(file.mtimeMs)).toISOString(),
      headers: { 'content-type': 'binary/octet-stream' },
      checksums: {},
    };
    await this.remember(meta);
    return meta;
  }

  private async rescan(): Promise<void> {
    this.scannedAt = Date.now();
    const byPath = new Map([...this.index.values()].map(meta => [meta.path, meta]));
    const found = new Set<string>();
    for (const entry of await readdir(this.folder, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name).slice(this.folder.length + 1);
      found.add(path);
      if (!byPath.has(path)) await this.exclusively(path, () => this.find(pathToKey(joinPieces(path))));
    }
    for (const [path, meta] of byPath) {
      if (!found.has(path) && !existsSync(join(this.folder, path)) && this.index.get(meta.key) === meta)
        this.forget(meta.key);
    }
  }
}

/** Streams a body into a file, fsynced, with its MD5 and the checksums asked for. */
export async function receive(
  path: string,
  body: AsyncIterable<Buffer>,
  update: (chunk: Buffer) => void,
): Promise<{ size: number; md5: string }> {
  const md5 = createHash('md5');
  const file = await open(path, 'w');
  let size = 0;
  try {
    for await (const chunk of body) {
      md5.update(chunk);
      update(chunk);
      await file.write(chunk);
      size += chunk.length;
    }
    await file.datasync();
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
  await file.close();
  return { size, md5: md5.digest('hex') };
}
