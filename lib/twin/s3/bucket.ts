import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, type FileHandle, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from './clock.ts';
import { History } from './history.ts';
import { compareKeys, firstAtOrAfter } from './key-order.ts';
import { joinPieces, keyToAsidePath, keyToPath, pathToKey } from './key-path.ts';
import { Locks } from './locks.ts';
import { link, mkdir, rename, rm, rmdir, stat } from './quick-fs.ts';
import { type BucketSettings, Settings } from './settings.ts';
import { type ObjectMeta, Sidecars, sequenceOf, versionIdOf } from './sidecars.ts';

export type { ObjectMeta } from './sidecars.ts';

/** What a write brings of an object, beside its bytes. */
export type Described = Pick<
  ObjectMeta,
  'headers' | 'checksumType' | 'parts' | 'partChecksums' | 'tags' | 'retention' | 'legalHold'
>;

/** A file that was received, checked and waits to become an object. */
export interface Received {
  readonly path: string;
  readonly size: number;
  readonly etag: string;
  readonly checksums: ObjectMeta['checksums'];
}

/** One bucket: a plain folder of files, a folder of sidecars beside it, and one of the versions that are not current. */
export class Bucket {
  readonly name: string;
  readonly settings: Settings;
  readonly now: Clock;
  private readonly folder: string;
  private readonly waiting: string;
  private readonly sidecars: Sidecars;
  private readonly history: History;
  private readonly historyFolder: string;
  private readonly index = new Map<string, ObjectMeta>();
  private sorted: string[] | undefined;
  private readonly writers = new Locks();
  private readonly places = new Locks();
  private lastSequence = 0;

  private constructor(root: string, name: string, now: Clock, settings: Settings, history: History) {
    this.name = name;
    this.now = now;
    this.settings = settings;
    this.history = history;
    this.folder = join(root, name);
    this.waiting = join(root, '.meta');
    this.historyFolder = join(root, '.versions', name);
    this.sidecars = new Sidecars(join(root, '.meta', name));
  }

  /** `otherwise` are the settings of a bucket that has none of its own. */
  static async open(root: string, name: string, now: Clock, otherwise: BucketSettings = {}): Promise<Bucket> {
    await mkdir(join(root, '.meta', name), { recursive: true });
    const settings = await Settings.open(join(root, '.settings', `${name}.json`), otherwise);
    const history = await History.open(join(root, '.versions', name));
    const bucket = new Bucket(root, name, now, settings, history);
    const isPlaced = async (meta: ObjectMeta): Promise<boolean> => {
      const file = await stat(join(bucket.folder, meta.path)).catch(() => undefined);
      return file !== undefined && isSame(meta, file);
    };
    for (const meta of await bucket.sidecars.all(isPlaced)) bucket.index.set(meta.key, meta);
    await bucket.recover();
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

  /** The same, inside `exclusively`. A file that went by hand leaves a delete marker where versions are kept. */
  async look(key: string, foundAt?: string): Promise<ObjectMeta | undefined> {
    const meta = this.index.get(key);
    for (const path of new Set([meta?.path ?? keyToPath(key), foundAt ?? keyToPath(key)])) {
      const file = await stat(join(this.folder, path)).catch(() => undefined);
      if (!file?.isFile()) continue;
      if (meta?.path === path && isSame(meta, file)) return meta;
      return this.adopt(key, path, file);
    }
    if (!meta) return undefined;
    this.forget(key);
    if (this.settings.get().versioning === undefined) return undefined;
    await this.sidecars.remove(key);
    // Where it is among the old versions, a removal was interrupted: nobody took it away.
    if (!this.history.find(key, versionIdOf(meta))) await this.markDeleted(key);
    return undefined;
  }

  /**
   * The object, or a version of it, with its file open, so that a later write does not mix into what is read. The caller
   * closes it. A delete marker has no file.
   */
  async read(
    key: string,
    versionId?: string,
  ): Promise<{ meta: ObjectMeta; file: FileHandle | undefined } | undefined> {
    return this.exclusively(key, () =>
      this.places.run('', async () => {
        const current = await this.look(key);
        if (current && (versionId === undefined || versionIdOf(current) === versionId)) {
          return { meta: current, file: await open(join(this.folder, current.path)) };
        }
        const meta = versionId === undefined ? this.history.of(key)[0] : this.history.find(key, versionId);
        if (!meta) return undefined;
        return { meta, file: meta.deleteMarker ? undefined : await open(this.history.bytesOf(meta)) };
      }),
    );
  }

  /** A version or delete marker, the current one when no version is named; call it in `exclusively`. */
  async lookVersion(key: string, versionId?: string): Promise<ObjectMeta | undefined> {
    const current = await this.look(key);
    if (versionId === undefined) return current ?? this.history.of(key)[0];
    if (current && versionIdOf(current) === versionId) return current;
    return this.history.find(key, versionId);
  }

  /** All versions and delete markers of a key, the latest first; without noticing what changed by hand. */
  versions(key: string): readonly ObjectMeta[] {
    const current = this.index.get(key);
    return current ? [current, ...this.history.of(key)] : this.history.of(key);
  }

  /** Keys that have any version at all, in UTF-8 byte order. */
  async keysOfVersions(prefix: string, fresh: boolean): Promise<readonly string[]> {
    const current = await this.keys(prefix, fresh);
    const more = [...this.history.keys()].filter(key => !this.index.has(key));
    return more.length === 0 ? current : [...current, ...more].sort(compareKeys);
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
  async commit(key: string, received: Received, rest: Described): Promise<ObjectMeta> {
    return this.places.run('', async () => {
      const before = this.index.get(key);
      const path = await this.makeRoom(key);
      const { mtimeMs } = await stat(received.path);
      const { size, etag, checksums } = received;
      const meta: ObjectMeta = { ...this.nextVersion(), key, path, size, mtimeMs, etag, checksums, ...rest };
      if (before && this.keeps(before)) await this.history.keep(before, join(this.folder, before.path));
      await this.sidecars.store(meta, () => rename(received.path, join(this.folder, path)));
      this.remember(meta);
      await this.dropOlderNull(meta);
      return meta;
    });
  }

  /** Deletes the object; where versions are kept, by a delete marker, which it gives. Call it in `exclusively`. */
  async remove(key: string): Promise<ObjectMeta | undefined> {
    return this.places.run('', async () => {
      const meta = await this.look(key);
      const versioned = this.settings.get().versioning !== undefined;
      if (meta && this.keeps(meta)) await this.history.keep(meta, join(this.folder, meta.path));
      const marker = versioned ? await this.markDeleted(key) : undefined;
      if (meta) await this.takeAway(meta);
      return marker;
    });
  }

  /** Removes one version for good and gives it; the one before it becomes current. Call it in `exclusively`. */
  async removeVersion(key: string, versionId: string): Promise<ObjectMeta | undefined> {
    return this.places.run('', async () => {
      const meta = await this.lookVersion(key, versionId);
      if (!meta) return undefined;
      if (meta === this.index.get(key)) {
        await this.sidecars.store({ ...meta, doomed: true });
        await this.takeAway(meta);
      } else await this.history.remove(meta);
      await this.promote(key);
      return meta;
    });
  }

  /** Changes what is said of a version, not its bytes. Call it in `exclusively`, with what `lookVersion` gave. */
  async describeAnew(
    meta: ObjectMeta,
    change: { readonly [K in keyof ObjectMeta]?: ObjectMeta[K] | undefined },
  ): Promise<ObjectMeta> {
    const changed = { ...meta, ...change } as ObjectMeta;
    if (this.index.get(meta.key) === meta) {
      await this.sidecars.store(changed);
      this.remember(changed);
    } else await this.history.change(changed);
    return changed;
  }

  temporaryPath(): string {
    return join(this.waiting, `.incoming-${process.pid}-${randomBytes(8).toString('hex')}`);
  }

  async isEmpty(): Promise<boolean> {
    return (await this.keysOfVersions('', true)).length === 0;
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
    await rm(this.historyFolder, { recursive: true, force: true });
    await this.settings.remove();
  }

  /** Whether a version becomes an old one when another takes its place. */
  private keeps(meta: ObjectMeta): boolean {
    const { versioning } = this.settings.get();
    return versioning === 'Enabled' || (versioning === 'Suspended' && meta.versionId !== undefined);
  }

  private nextVersion(): Pick<ObjectMeta, 'versionId' | 'sequence' | 'lastModified'> {
    const now = this.now();
    this.lastSequence = Math.max(this.lastSequence + 1, Math.floor(now * 1000));
    return {
      ...(this.settings.get().versioning === 'Enabled' ? { versionId: newVersionId() } : {}),
      sequence: this.lastSequence,
      lastModified: new Date(now).toISOString(),
    };
  }

  private async markDeleted(key: string): Promise<ObjectMeta> {
    const nothing = { path: '', size: 0, mtimeMs: 0, etag: '', headers: {}, checksums: {} };
    const marker: ObjectMeta = { ...this.nextVersion(), key, ...nothing, deleteMarker: true };
    await this.history.keep(marker);
    await this.dropOlderNull(marker);
    return marker;
  }

  /** There is one `null` version at most. */
  private async dropOlderNull(meta: ObjectMeta): Promise<void> {
    if (meta.versionId !== undefined) return;
    for (const other of this.history.of(meta.key)) {
      const older = sequenceOf(other) < sequenceOf(meta);
      if (other.versionId === undefined && older) await this.history.remove(other);
    }
  }

  /** Takes the current file and its sidecar away. */
  private async takeAway(meta: ObjectMeta): Promise<void> {
    await rm(join(this.folder, meta.path), { force: true });
    await this.sidecars.remove(meta.key);
    this.forget(meta.key);
    // Folders that hold nothing any more stand in nobody's way.
    for (let folder = dirname(meta.path); folder !== '.'; folder = dirname(folder)) {
      const gone = await rmdir(join(this.folder, folder)).then(
        () => true,
        () => false,
      );
      if (!gone) break;
    }
  }

  /** Makes the newest of the old versions current, where there is no current one and no delete marker is newer. */
  private async promote(key: string): Promise<void> {
    const newest = this.history.of(key)[0];
    if (!newest || newest.deleteMarker || this.index.has(key)) return;
    const path = await this.makeRoom(key);
    const temporary = this.temporaryPath();
    const bytes = this.history.bytesOf(newest);
    await link(bytes, temporary).catch(() => copyFile(bytes, temporary));
    const { mtimeMs } = await stat(temporary);
    const meta = { ...newest, path, mtimeMs };
    await this.sidecars.store(meta, () => rename(temporary, join(this.folder, path)));
    this.remember(meta);
    await this.history.remove(newest);
  }

  /** Brings to its end what a kill interrupted between the current files and the old versions. */
  private async recover(): Promise<void> {
    const metas = [...this.index.values()];
    for (const meta of metas) {
      this.lastSequence = Math.max(this.lastSequence, sequenceOf(meta));
      if (meta.doomed) await this.takeAway(meta);
    }
    const waiting = metas.filter(meta => meta.doomed).map(meta => meta.key);
    for (const key of new Set([...this.history.keys(), ...waiting])) {
      for (const meta of this.history.of(key))
        this.lastSequence = Math.max(this.lastSequence, sequenceOf(meta));
      const current = await this.look(key);
      for (const meta of current ? this.history.of(key) : []) {
        const same = versionIdOf(meta) === versionIdOf(current!);
        if (same && sequenceOf(meta) <= sequenceOf(current!)) await this.history.remove(meta);
      }
      const newest = this.history.of(key)[0];
      if (current && newest && sequenceOf(newest) > sequenceOf(current)) {
        if (!this.history.find(key, versionIdOf(current)))
          await this.history.keep(current, join(this.folder, current.path));
        await this.takeAway(current);
      }
      await this.promote(key);
    }
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
    if (!known) await this.dropOlderNull(meta);
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
      ...this.nextVersion(),
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

/** Letters and digits alone: it goes into addresses and command lines. */
function newVersionId(): string {
  return randomBytes(24).toString('base64').replace(/[+/]/g, 'x');
}

function isSame(meta: ObjectMeta, file: Pick<ObjectMeta, 'size' | 'mtimeMs'>): boolean {
  return meta.size === file.size && meta.mtimeMs === file.mtimeMs;
}
