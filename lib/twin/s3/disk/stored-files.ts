import type { Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { eachLimit } from '../../../contract/run/map-limit.ts';
import { onceATurn } from '../../once-a-turn.ts';
import { s3Errors } from '../wire/errors.ts';
import { compareKeys, firstAtOrAfter } from './key-order.ts';
import { isSegment, joinPieces, keyToAsidePath, keyToPath, pathToKey } from './key-path.ts';
import { held, isSame, type ObjectMeta } from './object-meta.ts';
import { isLink, mkdir, rename, rm, rmdir, statOf } from './quick-fs.ts';
import { BucketRecords } from './records.ts';

/** Files below a folder: those that objects are known to be in, by the objects, for whom there is memory already. */
interface FoundFiles {
  readonly known: Set<ObjectMeta>;
  readonly others: Set<string>;
}

/** Folders of a folder that are read side by side; of a hundred thousand not all at once. */
const foldersTogether = 32;

/** The current objects of a bucket: plain files below one folder, with the record of each. Of versions it knows nothing. */
export class StoredFiles {
  readonly folder: string;
  private readonly records: BucketRecords;
  /** Keys whose object has gone and whose record has stayed. */
  private readonly gone = new Set<string>();
  private sorted: string[] | undefined;
  /** Of folders, whether neither they nor one above them is a link, by which a write or a delete would leave the twin. */
  private readonly own = onceATurn(() => new Map([['.', true]]));

  private constructor(folder: string, records: BucketRecords) {
    this.folder = folder;
    this.records = records;
  }

  static async open(folder: string, recordsPath: string): Promise<StoredFiles> {
    const isPlaced = (meta: ObjectMeta): boolean => {
      const file = statOf(join(folder, meta.path));
      return file !== undefined && isSame(meta, file);
    };
    return new StoredFiles(folder, await BucketRecords.open(recordsPath, isPlaced));
  }

  /** As it was when it was last looked at. */
  get(key: string): ObjectMeta | undefined {
    return this.gone.has(key) ? undefined : this.records.get(key);
  }

  *all(): Generator<ObjectMeta> {
    for (const meta of this.records.all()) if (!this.gone.has(meta.key)) yield meta;
  }

  /** In UTF-8 byte order. */
  keys(): readonly string[] {
    this.sorted ??= Array.from(this.all(), meta => meta.key).sort(compareKeys);
    return this.sorted;
  }

  pathOf(meta: ObjectMeta): string {
    return join(this.folder, meta.path);
  }

  /** Whether its file is there, and nobody edited it. */
  isThere(meta: ObjectMeta): boolean {
    const file = this.fileAt(meta.path);
    return file !== undefined && isSame(meta, file);
  }

  /** The file at a path, or undefined. What is behind a link to a folder is not the bucket's. */
  fileAt(path: string): Stats | undefined {
    const file = this.isOwn(dirname(path)) ? statOf(join(this.folder, path)) : undefined;
    return file?.isFile() ? file : undefined;
  }

  /** The record that was made of this very file, by an interrupted write or before it went away for a while. */
  recordOf(key: string, file: Pick<ObjectMeta, 'size' | 'mtimeMs'>, path: string): ObjectMeta | undefined {
    return this.records.describing(key, file, path);
  }

  /**
   * Puts the file `from` in the object's place, which is given back with it. `look` is asked for an object that is in the
   * way of a folder and must step aside.
   */
  async place(
    object: Omit<ObjectMeta, 'path'>,
    from: string,
    look: (key: string) => Promise<ObjectMeta | undefined>,
  ): Promise<ObjectMeta> {
    const { key } = object;
    try {
      // Nothing is in the way as a rule, and to ask first would take longer than the rest.
      return await this.placeAt(object, this.get(key)?.path ?? keyToPath(key), from);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (!['ENOENT', 'ENOTDIR', 'EISDIR', 'EEXIST'].includes(code)) throw error;
    }
    return this.placeAt(object, await this.makeRoom(key, look), from);
  }

  /** Stores what is said of an object whose file stays. */
  async describe(meta: ObjectMeta): Promise<void> {
    await this.records.store(meta);
    this.remember(meta);
  }

  /** Takes the file and its record away. */
  async takeAway(meta: ObjectMeta): Promise<void> {
    await rm(this.pathOf(meta), { force: true });
    await this.forget(meta.key);
    // Folders that hold nothing any more stand in nobody's way.
    for (let folder = dirname(meta.path); folder !== '.'; folder = dirname(folder)) {
      const gone = await rmdir(join(this.folder, folder)).then(
        () => true,
        () => false,
      );
      if (!gone) break;
    }
  }

  /** An object is there no more. Its record may stay, for a file that comes back. */
  async forget(key: string, record: 'goes' | 'stays' = 'goes'): Promise<void> {
    // Of its key and its record at once: who lists meanwhile finds neither.
    this.gone.add(key);
    const at = this.sorted ? firstAtOrAfter(this.sorted, key) : 0;
    if (this.sorted?.[at] === key) this.sorted.splice(at, 1);
    if (record === 'stays') return;
    await this.records.remove(key);
    this.gone.delete(key);
  }

  /**
   * Compares with the folder that every key of a prefix is in: keys whose file is gone, files that are no object's. `shallow`
   * is for who asks which folders there are: one that has an object where it was is looked at no further.
   */
  async compare(
    prefix: string,
    shallow = false,
  ): Promise<{
    readonly missing: readonly string[];
    readonly found: readonly { readonly key: string; readonly path: string }[];
  }> {
    const base = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    const under = base === '' ? '' : dirname(keyToPath(`${base}x`));
    const files: FoundFiles = { known: new Set(), others: new Set() };
    const folders = await this.filesIn(under, !shallow, files);
    const sure = shallow ? this.foldersInUse(under, folders) : new Set<string>();
    if (shallow)
      for (const name of folders) if (!sure.has(name)) await this.filesIn(join(under, name), true, files);
    const missing: string[] = [];
    for (const meta of this.below(base)) {
      const here = under === '' || meta.path.startsWith(`${under}/`);
      const isLookedFor = here && !sure.has(folderBelow(under, meta.path));
      if (isLookedFor && !files.known.has(meta) && !files.others.delete(meta.path)) missing.push(meta.key);
    }
    return { missing, found: [...files.others].map(path => ({ key: keyAt(path), path })) };
  }

  /** Objects whose keys begin so: of a bucket of a million a listing is not to look at each. */
  private *below(base: string): Generator<ObjectMeta> {
    const keys = this.keys();
    for (let at = firstAtOrAfter(keys, base); keys[at]?.startsWith(base); at++) yield this.get(keys[at]!)!;
  }

  /** Adds the files in a folder; answers the names of folders in it. */
  private async filesIn(under: string, recursive: boolean, files: FoundFiles): Promise<readonly string[]> {
    // One that has just gone holds nothing.
    const entries = await readdir(join(this.folder, under), { withFileTypes: true }).catch(() => []);
    const folders: string[] = [];
    for (const entry of entries) {
      if (entry.isDirectory()) {
        folders.push(entry.name);
        continue;
      }
      const path = under === '' ? entry.name : `${under}/${entry.name}`;
      // Most paths are their keys.
      const meta = this.get(path);
      if (meta?.path === path) files.known.add(meta);
      else files.others.add(path);
    }
    // Side by side: Node's own recursion, one folder after the other, takes five times as long.
    if (recursive)
      await eachLimit(folders, foldersTogether, async name => {
        await this.filesIn(under === '' ? name : `${under}/${name}`, true, files);
      });
    return folders;
  }

  /** Folders of a folder in which one object is where it was. Names that are parts of longer ones are not among them. */
  private foldersInUse(under: string, folders: readonly string[]): Set<string> {
    const open = new Set(folders.filter(name => isSegment(name)));
    const used = new Set<string>();
    for (const meta of this.all()) {
      if (open.size === 0) break;
      if (under !== '' && !meta.path.startsWith(`${under}/`)) continue;
      const name = folderBelow(under, meta.path);
      if (!open.has(name) || !this.isThere(meta)) continue;
      open.delete(name);
      used.add(name);
    }
    return used;
  }

  /** Of an empty bucket. A file that came in by hand meanwhile makes it fail with ENOTEMPTY. */
  async removeFolders(): Promise<void> {
    const entries = await readdir(this.folder, { withFileTypes: true, recursive: true });
    const folders = entries
      .filter(entry => entry.isDirectory())
      .map(entry => join(entry.parentPath, entry.name));
    for (const each of folders.sort((a, b) => b.length - a.length)) await rmdir(each);
    await rmdir(this.folder);
  }

  close(): void {
    this.records.close();
  }

  private isOwn(folder: string): boolean {
    const known = this.own().get(folder);
    if (known !== undefined) return known;
    const is = !isLink(join(this.folder, folder)) && this.isOwn(dirname(folder));
    this.own().set(folder, is);
    return is;
  }

  private async placeAt(object: Omit<ObjectMeta, 'path'>, path: string, from: string): Promise<ObjectMeta> {
    if (!this.isOwn(dirname(path))) throw s3Errors.behindLink(join(this.folder, dirname(path)));
    const meta = held({ ...object, path });
    await this.records.store(meta, () => this.moveIn(from, join(this.folder, path)));
    this.remember(meta);
    return meta;
  }

  /** The folder is made where it is missing: of most keys it is there, and to ask first would take longer. */
  private async moveIn(from: string, to: string): Promise<void> {
    try {
      await rename(from, to);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await mkdir(dirname(to), { recursive: true });
      await rename(from, to);
    }
  }

  /** A path for the key with its folders made; an object in the way of a folder steps aside. */
  private async makeRoom(
    key: string,
    look: (key: string) => Promise<ObjectMeta | undefined>,
  ): Promise<string> {
    const path = keyToPath(key);
    const segments = path.split('/');
    for (let depth = 1; depth < segments.length; depth++) {
      const folder = segments.slice(0, depth).join('/');
      if (!statOf(join(this.folder, folder))?.isFile()) continue;
      const other = pathToKey(joinPieces(folder));
      const meta = await look(other);
      if (!meta) continue;
      const aside = keyToAsidePath(other);
      await mkdir(join(this.folder, dirname(aside)), { recursive: true });
      await this.placeAt(meta, aside, join(this.folder, folder));
    }
    await mkdir(join(this.folder, dirname(path)), { recursive: true });
    if (!statOf(join(this.folder, path))?.isDirectory()) return path;
    const aside = keyToAsidePath(key);
    await mkdir(join(this.folder, dirname(aside)), { recursive: true });
    return aside;
  }

  private remember(meta: ObjectMeta): void {
    this.gone.delete(meta.key);
    const at = this.sorted ? firstAtOrAfter(this.sorted, meta.key) : 0;
    if (this.sorted && this.sorted[at] !== meta.key) this.sorted.splice(at, 0, meta.key);
  }
}

/** The name of the folder that a path goes through below another one; empty for a file in it. */
function folderBelow(under: string, path: string): string {
  const rest = under === '' ? path : path.slice(under.length + 1);
  return rest.slice(0, Math.max(0, rest.indexOf('/')));
}

/** The key of a file that may have come by hand: what only looks like our escapes is its name as it is. */
function keyAt(path: string): string {
  const key = pathToKey(joinPieces(path));
  const isOurs = key !== '' && (keyToPath(key) === path || keyToAsidePath(key) === path);
  return isOurs ? key : path;
}
