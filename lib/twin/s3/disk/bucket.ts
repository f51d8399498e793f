import { join } from 'node:path';
import type { Now } from '../../clock-file.ts';
import { s3Errors } from '../wire/errors.ts';
import { describeByHand } from './by-hand.ts';
import { History } from './history.ts';
import { incomingPath } from './incoming.ts';
import { compareKeys } from './key-order.ts';
import { keyToPath } from './key-path.ts';
import { Locks } from './locks.ts';
import { newVersionId, type ObjectMeta, sequenceOf, versionIdOf, wholeSecond } from './object-meta.ts';
import { OpenFile, rm } from './quick-fs.ts';
import { promote, recover } from './recover.ts';
import { type BucketSettings, SettingsFile } from './settings.ts';
import { StoredFiles } from './stored-files.ts';

export type { ObjectMeta } from './object-meta.ts';

/** What a write brings of an object, beside its bytes. */
export type Described = Pick<
  ObjectMeta,
  'headers' | 'checksumType' | 'parts' | 'partChecksums' | 'upload' | 'tags' | 'retention' | 'legalHold'
>;

/** A file that was received, checked and waits to become an object. */
export interface ReceivedFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly etag: string;
  readonly checksums: ObjectMeta['checksums'];
}

/** One bucket: a plain folder of files with a record of each, and a folder of the versions that are not current. */
export class Bucket {
  readonly name: string;
  readonly settings: SettingsFile;
  readonly now: Now;
  private readonly root: string;
  private readonly stored: StoredFiles;
  private readonly history: History;
  private readonly writers = new Locks();
  private readonly places = new Locks();
  private lastSequence = 0;
  private isGone = false;

  private constructor(
    root: string,
    name: string,
    now: Now,
    settings: SettingsFile,
    stored: StoredFiles,
    history: History,
  ) {
    this.root = root;
    this.name = name;
    this.now = now;
    this.settings = settings;
    this.stored = stored;
    this.history = history;
    for (const metas of [stored.all(), ...[...history.keys()].map(key => history.of(key))])
      for (const meta of metas) this.lastSequence = Math.max(this.lastSequence, sequenceOf(meta));
  }

  /** `otherwise` are the settings of a bucket that has none of its own. */
  static async open(root: string, name: string, now: Now, otherwise: BucketSettings = {}): Promise<Bucket> {
    const settings = await SettingsFile.open(join(root, '.settings', `${name}.json`), otherwise);
    const history = await History.open(join(root, '.versions', name));
    const stored = await StoredFiles.open(join(root, name), join(root, '.meta', `${name}.log`));
    const bucket = new Bucket(root, name, now, settings, stored, history);
    await recover(bucket.halves());
    await bucket.scan('');
    return bucket;
  }

  /** The object as it is on disk now, or undefined. Not inside `exclusively`: there it is `look`. */
  async find(key: string): Promise<ObjectMeta | undefined> {
    const meta = this.stored.get(key);
    if (meta && this.stored.isThere(meta)) return meta;
    return this.exclusively(key, () => this.look(key));
  }

  /** The same, inside `exclusively`. A file that went by hand leaves a delete marker where versions are kept. */
  async look(key: string, foundAt?: string): Promise<ObjectMeta | undefined> {
    const meta = this.stored.get(key);
    if (meta && this.stored.isThere(meta)) return meta;
    for (const path of new Set([meta?.path ?? keyToPath(key), foundAt ?? keyToPath(key)])) {
      const file = this.stored.fileAt(path);
      if (file) return this.adopt(key, path, file);
    }
    if (!meta) return undefined;
    const isVersioned = this.settings.get().versioning !== undefined;
    await this.stored.forget(key, isVersioned ? 'goes' : 'stays');
    // Where it is among the old versions, a removal was interrupted: nobody took it away.
    if (isVersioned && !this.history.find(key, versionIdOf(meta))) await this.markDeleted(key);
    return undefined;
  }

  /**
   * The object, or a version of it, with its file open, so that a later write does not mix into what is read. The caller
   * closes it. A delete marker has no file.
   */
  async read(
    key: string,
    versionId?: string,
  ): Promise<{ meta: ObjectMeta; file: OpenFile | undefined } | undefined> {
    return this.exclusively(key, () =>
      this.places.run('', async () => {
        const current = await this.look(key);
        if (current && (versionId === undefined || versionIdOf(current) === versionId)) {
          return { meta: current, file: new OpenFile(this.stored.pathOf(current)) };
        }
        const meta = versionId === undefined ? this.history.of(key)[0] : this.history.find(key, versionId);
        if (!meta) return undefined;
        return { meta, file: meta.deleteMarker ? undefined : new OpenFile(this.history.bytesOf(meta)) };
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
    const current = this.stored.get(key);
    return current ? [current, ...this.history.of(key)] : this.history.of(key);
  }

  /** Keys that have any version at all, in UTF-8 byte order. */
  async keysOfVersions(prefix: string, fresh: boolean): Promise<readonly string[]> {
    const current = await this.keys(prefix, fresh);
    const more = [...this.history.keys()].filter(key => !this.stored.get(key));
    return more.length === 0 ? current : [...current, ...more].sort(compareKeys);
  }

  /**
   * Keys in UTF-8 byte order. With `fresh`, what was put below the prefix or taken away by hand is noticed first; with
   * `folders` in place of it, what is in the prefix's folder, and which folders in it have any key.
   */
  async keys(prefix: string, fresh: boolean | 'folders'): Promise<readonly string[]> {
    if (fresh) await this.scan(prefix, fresh === 'folders');
    return this.stored.keys();
  }

  /** One writer of a key at a time: a condition and the write it guards are one. */
  exclusively<T>(key: string, work: () => Promise<T>): Promise<T> {
    return this.writers.run(key, work);
  }

  /** Makes a received file the object; call it in `exclusively`, after `look`. */
  async commit(key: string, received: ReceivedFile, rest: Described): Promise<ObjectMeta> {
    return this.places.run('', async () => {
      if (this.isGone) throw s3Errors.noSuchBucket(this.name);
      const before = this.stored.get(key);
      if (before && this.keeps(before)) await this.history.keep(before, this.stored.pathOf(before));
      const { size, mtimeMs, etag, checksums } = received;
      const object = { ...this.nextVersion(), key, size, mtimeMs, etag, checksums, ...rest };
      const meta = await this.stored.place(object, received.path, other => this.look(other));
      await this.dropOlderNull(meta);
      return meta;
    });
  }

  /** Deletes the object; where versions are kept, by a delete marker, which it gives. Call it in `exclusively`. */
  async remove(key: string): Promise<ObjectMeta | undefined> {
    return this.places.run('', async () => {
      const meta = await this.look(key);
      const versioned = this.settings.get().versioning !== undefined;
      if (meta && this.keeps(meta)) await this.history.keep(meta, this.stored.pathOf(meta));
      const marker = versioned ? await this.markDeleted(key) : undefined;
      if (meta) await this.stored.takeAway(meta);
      return marker;
    });
  }

  /** Removes one version for good and gives it; the one before it becomes current. Call it in `exclusively`. */
  async removeVersion(key: string, versionId: string): Promise<ObjectMeta | undefined> {
    return this.places.run('', async () => {
      const meta = await this.lookVersion(key, versionId);
      if (!meta) return undefined;
      if (meta === this.stored.get(key)) {
        await this.stored.describe({ ...meta, doomed: true });
        await this.stored.takeAway(meta);
      } else await this.history.remove(meta);
      await promote(this.halves(), key);
      return meta;
    });
  }

  /** Changes what is said of a version, not its bytes. Call it in `exclusively`, with what `lookVersion` gave. */
  async describeAnew(
    meta: ObjectMeta,
    change: { readonly [K in keyof ObjectMeta]?: ObjectMeta[K] | undefined },
  ): Promise<ObjectMeta> {
    const changed = { ...meta, ...change } as ObjectMeta;
    if (this.stored.get(meta.key) === meta) await this.stored.describe(changed);
    else await this.history.change(changed);
    return changed;
  }

  temporaryPath(): string {
    return incomingPath(this.root);
  }

  async isEmpty(): Promise<boolean> {
    return (await this.keysOfVersions('', true)).length === 0;
  }

  /** Removes an empty bucket. What came in meanwhile makes it fail with ENOTEMPTY rather than go. */
  destroy(): Promise<void> {
    return this.places.run('', () => this.destroyAlone());
  }

  private async destroyAlone(): Promise<void> {
    await this.stored.removeFolders();
    this.isGone = true;
    this.close();
    await rm(join(this.root, '.meta', `${this.name}.log`), { force: true });
    await rm(join(this.root, '.versions', this.name), { recursive: true, force: true });
    await this.settings.remove();
  }

  /** Nothing is written after it. */
  close(): void {
    this.stored.close();
  }

  private halves() {
    return {
      stored: this.stored,
      history: this.history,
      look: (key: string) => this.look(key),
      temporaryPath: () => this.temporaryPath(),
    };
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
      lastModified: wholeSecond(now),
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

  /** Takes in a file that is not as its record has it: one of an interrupted write, or one that came by hand. */
  private async adopt(
    key: string,
    path: string,
    { size, mtimeMs }: Pick<ObjectMeta, 'size' | 'mtimeMs'>,
  ): Promise<ObjectMeta> {
    const known = this.stored.recordOf(key, { size, mtimeMs }, path);
    const newest = this.history.of(key)[0];
    // What comes back by hand after its key was deleted is a version of its own.
    const isNew = known === undefined || (newest && sequenceOf(newest) > sequenceOf(known));
    const byHand = async () => describeByHand(this.stored.folder, { key, path, size, mtimeMs }, known);
    const meta = isNew ? { ...this.nextVersion(), ...(await byHand()) } : known;
    await this.stored.describe(meta);
    if (isNew) await this.dropOlderNull(meta);
    return meta;
  }

  /** Notices what was put below a prefix, or taken away there, by hand. */
  private async scan(prefix: string, shallow = false): Promise<void> {
    const { missing, found } = await this.stored.compare(prefix, shallow);
    for (const key of missing) await this.exclusively(key, () => this.look(key));
    for (const { key, path } of found) {
      if (Buffer.byteLength(key) <= 1024) await this.exclusively(key, () => this.look(key, path));
    }
  }
}
