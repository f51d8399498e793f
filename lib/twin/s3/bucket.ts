import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compareKeys, firstAtOrAfter } from './key-order.ts';
import { joinPieces, keyToAsidePath, keyToPath, pathToKey } from './key-path.ts';
import { Locks } from './locks.ts';
import { type ObjectMeta, Sidecars } from './sidecars.ts';

export type { ObjectMeta } from './sidecars.ts';

/** A file that was received, checked and waits to become an object. */
export interface Received {
  readonly path: string;
  readonly size: number;
  readonly etag: string;
  readonly checksums: ObjectMeta['checksums'];
}

/** One bucket: a plain folder of files, and a folder of sidecars beside it. */
export class Bucket {
  readonly name: string;
  private readonly folder: string;
  private readonly waiting: string;
  private readonly sidecars: Sidecars;
  private readonly index = new Map<string, ObjectMeta>();
  private sorted: string[] | undefined;
  private readonly writers = new Locks();
  private readonly places = new Locks();

  private constructor(root: string, name: string) {
    this.name = name;
    this.folder = join(root, name);
    this.waiting = join(root, '.meta');
    this.sidecars = new Sidecars(join(root, '.meta', name));
  }

  static async open(root: string, name: string): Promise<Bucket> {
    await mkdir(join(root, '.meta', name), { recursive: true });
    const bucket = new Bucket(root, name);
    for (const meta of await bucket.sidecars.all()) bucket.index.set(meta.key, meta);
    await bucket.scan('');
    return bucket;
  }

  /** The object as it is on disk now, or undefined. Not inside `exclusively`: there it is `look`. */
  async find(key: string): Promise<ObjectMeta | undefined> {
    const meta = this.index.get(key);
    const file = meta && (await stat(join(this.folder, meta.path)).catch(() => undefined));
    if (meta && file && isSame(meta, file)) return meta;
    return this.exclusively(key, () => this.look(key));
  }

  /** The same, inside `exclusively`. */
  async look(key: string, foundAt?: string): Promise<ObjectMeta | undefined> {
    const meta = this.index.get(key);
    for (const path of new Set([meta?.path ?? keyToPath(key), foundAt ?? keyToPath(key)])) {
      const file = await stat(join(this.folder, path)).catch(() => undefined);
      if (!file?.isFile()) continue;
      if (meta?.path === path && isSame(meta, file)) return meta;
      return this.adopt(key, path, file);
    }
    if (meta) this.forget(key);
    return undefined;
  }

  /** The object with its file open, so that a later write does not mix into what is read. The caller closes it. */
  async read(key: string): Promise<{ meta: ObjectMeta; file: FileHandle } | undefined> {
    return this.exclusively(key, () =>
      this.places.run('', async () => {
        const meta = await this.look(key);
        return meta && { meta, file: await open(join(this.folder, meta.path)) };
      }),
    );
  }

  /** Keys in UTF-8 byte order. With `fresh`, what was put below the prefix or taken away by hand is noticed first. */
  async keys(prefix: string, fresh: boolean): Promise<readonly string[]> {
    if (fresh) await this.scan(prefix);
    this.sorted ??= [...this.index.keys()].sort(compareKeys);
    return this.sorted;
  }

  /** One writer of a key at a time: a condition and the write it guards are one. */
  exclusively<T>(key: string, work: () => Promise<T>): Promise<T> {
    return this.writers.run(key, work);
  }

  /** Makes a received file the object; call it in `exclusively`. */
  async commit(
    key: string,
    received: Received,
    rest: Pick<ObjectMeta, 'headers' | 'checksumType' | 'parts'>,
  ): Promise<ObjectMeta> {
    return this.places.run('', async () => {
      const path = await this.makeRoom(key);
      const { mtimeMs } = await stat(received.path);
      const { size, etag, checksums } = received;
      const meta = {
        key,
        path,
        size,
        mtimeMs,
        etag,
        lastModified: new Date().toISOString(),
        checksums,
        ...rest,
      };
      await this.sidecars.store(meta, () => rename(received.path, join(this.folder, path)));
      this.remember(meta);
      return meta;
    });
  }

  /** Call it in `exclusively`. */
  async remove(key: string): Promise<void> {
    await this.places.run('', async () => {
      const meta = await this.look(key);
      if (!meta) return;
      await rm(join(this.folder, meta.path), { force: true });
      await this.sidecars.remove(key);
      this.forget(key);
      // Folders that hold nothing any more stand in nobody's way.
      for (let folder = dirname(meta.path); folder !== '.'; folder = dirname(folder)) {
        const gone = await rmdir(join(this.folder, folder)).then(
          () => true,
          () => false,
        );
        if (!gone) break;
      }
    });
  }

  temporaryPath(): string {
    return join(this.waiting, `.incoming-${process.pid}-${randomBytes(8).toString('hex')}`);
  }

  async isEmpty(): Promise<boolean> {
    return (await this.keys('', true)).length === 0;
  }

  /** Removes an empty bucket. A file that came in by hand meanwhile makes it fail with ENOTEMPTY rather than go. */
  async destroy(): Promise<void> {
    const entries = await readdir(this.folder, { withFileTypes: true, recursive: true });
    const folders = entries
      .filter(entry => entry.isDirectory())
      .map(entry => join(entry.parentPath, entry.name));
    for (const folder of folders.sort((a, b) => b.length - a.length)) await rmdir(folder);
    await rmdir(this.folder);
    await rm(join(this.waiting, this.name), { recursive: true, force: true });
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
      const meta = await this.look(other);
      if (!meta) continue;
      const moved = { ...meta, path: keyToAsidePath(other) };
      await mkdir(join(this.folder, dirname(moved.path)), { recursive: true });
      await this.sidecars.store(moved, () =>
        rename(join(this.folder, folder), join(this.folder, moved.path)),
      );
      this.remember(moved);
    }
    await mkdir(join(this.folder, dirname(path)), { recursive: true });
    const there = await stat(join(this.folder, path)).catch(() => undefined);
    if (!there?.isDirectory()) return path;
    const aside = keyToAsidePath(key);
    await mkdir(join(this.folder, dirname(aside)), { recursive: true });
    return aside;
  }

  private remember(meta: ObjectMeta): void {
    if (this.sorted && !this.index.has(meta.key)) {
      this.sorted.splice(firstAtOrAfter(this.sorted, meta.key), 0, meta.key);
    }
    this.index.set(meta.key, meta);
  }

  private forget(key: string): void {
    if (!this.index.delete(key) || !this.sorted) return;
    this.sorted.splice(firstAtOrAfter(this.sorted, key), 1);
  }

  /** Takes in a file that is not as the index has it: one of an interrupted write, or one that came by hand. */
  private async adopt(
    key: string,
    path: string,
    file: Pick<ObjectMeta, 'size' | 'mtimeMs'>,
  ): Promise<ObjectMeta> {
    const known = await this.sidecars.describing(key, file, path);
    const meta = known ?? (await this.describe(key, path, file));
    await this.sidecars.store(meta);
    this.remember(meta);
    return meta;
  }

  private async describe(
    key: string,
    path: string,
    { size, mtimeMs }: Pick<ObjectMeta, 'size' | 'mtimeMs'>,
  ): Promise<ObjectMeta> {
    const hash = createHash('md5');
    for await (const chunk of createReadStream(join(this.folder, path))) hash.update(chunk as Buffer);
    return {
      key,
      path,
      size,
      mtimeMs,
      etag: hash.digest('hex'),
      lastModified: new Date(Math.floor(mtimeMs)).toISOString(),
      headers: { 'content-type': 'binary/octet-stream' },
      checksums: {},
    };
  }

  /** Compares the index with the folder that every key with this prefix is in. */
  private async scan(prefix: string): Promise<void> {
    const under = prefix.includes('/')
      ? dirname(keyToPath(`${prefix.slice(0, prefix.lastIndexOf('/'))}/x`))
      : '';
    const start = join(this.folder, under);
    const entries = await readdir(start, { withFileTypes: true, recursive: true }).catch(() => []);
    const found = new Set<string>();
    for (const entry of entries) {
      if (!entry.isDirectory()) found.add(join(entry.parentPath, entry.name).slice(this.folder.length + 1));
    }
    const missing: string[] = [];
    for (const meta of this.index.values()) {
      const here = under === '' || meta.path.startsWith(`${under}/`);
      if (here && !found.delete(meta.path)) missing.push(meta.key);
    }
    for (const key of missing) await this.exclusively(key, () => this.look(key));
    for (const path of found) {
      const key = pathToKey(joinPieces(path));
      if (Buffer.byteLength(key) <= 1024) await this.exclusively(key, () => this.look(key, path));
    }
  }
}

function isSame(meta: ObjectMeta, file: Pick<ObjectMeta, 'size' | 'mtimeMs'>): boolean {
  return meta.size === file.size && meta.mtimeMs === file.mtimeMs;
}
