import { createHash, randomBytes } from 'node:crypto';
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ObjectMeta, sequenceOf, versionIdOf } from './object-meta.ts';
import { link, mkdir, rename, rm, writeFile } from './quick-fs.ts';

/**
 * The versions of a bucket's objects that are not current, and the delete markers. Each is a JSON file with, beside it, the
 * bytes. A version is here before anything takes its place, so a kill leaves it here twice at worst, never nowhere.
 */
export class History {
  private readonly folder: string;
  /** Of every key, the newest first. */
  private readonly entries = new Map<string, ObjectMeta[]>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(folder: string): Promise<History> {
    const history = new History(folder);
    for (const group of await readdir(folder).catch(() => [] as string[])) {
      const names = await readdir(join(folder, group));
      for (const name of names) {
        // Bytes whose JSON was never written, and JSON that was half written, are of work nobody was told of.
        const settled = name.endsWith('.json') || names.includes(name.replace(/\.bytes$/, '.json'));
        if (!settled) await rm(join(folder, group, name), { force: true });
      }
      const metas = await Promise.all(
        names.filter(name => name.endsWith('.json')).map(name => readMeta(join(folder, group, name))),
      );
      for (const meta of metas) if (meta) history.remember(meta);
    }
    return history;
  }

  keys(): IterableIterator<string> {
    return this.entries.keys();
  }

  /** The newest first. */
  of(key: string): readonly ObjectMeta[] {
    return this.entries.get(key) ?? [];
  }

  find(key: string, versionId: string): ObjectMeta | undefined {
    return this.of(key).find(meta => versionIdOf(meta) === versionId);
  }

  bytesOf(meta: ObjectMeta): string {
    return `${this.pathOf(meta)}.bytes`;
  }

  /** Takes in a version with its bytes, which stay where they are too, or a delete marker. */
  async keep(meta: ObjectMeta, file?: string): Promise<void> {
    const path = this.pathOf(meta);
    await mkdir(dirname(path), { recursive: true });
    if (file !== undefined) {
      await rm(`${path}.bytes`, { force: true });
      // Not every file system has links.
      await link(file, `${path}.bytes`).catch(() => copyFile(file, `${path}.bytes`));
    }
    await this.write(meta);
    this.remember(meta);
  }

  /** Stores what was changed of a version: its tags, its class. */
  async change(meta: ObjectMeta): Promise<void> {
    await this.write(meta);
    this.forget(meta);
    this.remember(meta);
  }

  async remove(meta: ObjectMeta): Promise<void> {
    await rm(`${this.pathOf(meta)}.json`, { force: true });
    await rm(`${this.pathOf(meta)}.bytes`, { force: true });
    this.forget(meta);
  }

  private async write(meta: ObjectMeta): Promise<void> {
    const path = `${this.pathOf(meta)}.json`;
    const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
    await writeFile(temporary, JSON.stringify(meta));
    await rename(temporary, path);
  }

  private remember(meta: ObjectMeta): void {
    const others = this.of(meta.key).filter(each => this.pathOf(each) !== this.pathOf(meta));
    this.entries.set(
      meta.key,
      [...others, meta].sort((a, b) => sequenceOf(b) - sequenceOf(a)),
    );
  }

  private forget(meta: ObjectMeta): void {
    const left = this.of(meta.key).filter(each => this.pathOf(each) !== this.pathOf(meta));
    if (left.length > 0) this.entries.set(meta.key, left);
    else this.entries.delete(meta.key);
  }

  private pathOf(meta: ObjectMeta): string {
    const name = createHash('sha256')
      .update(`${sequenceOf(meta)} ${versionIdOf(meta)} ${meta.key}`)
      .digest('hex');
    return join(this.folder, name.slice(0, 2), name.slice(2, 42));
  }
}

/** One that cannot be read is as good as none. */
async function readMeta(path: string): Promise<ObjectMeta | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ObjectMeta;
  } catch {
    return undefined;
  }
}
