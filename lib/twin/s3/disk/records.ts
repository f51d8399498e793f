import { randomBytes } from 'node:crypto';
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileLines, writeLines } from '../../file-lines.ts';
import { held, isSame, type ObjectMeta } from './object-meta.ts';
import { append, mkdir, rename } from './quick-fs.ts';

type Line =
  | { readonly announced: ObjectMeta }
  | { readonly stored: ObjectMeta }
  /** The key of what was announced and is in its place now. */
  | { readonly settled: string }
  | { readonly removed: string };

/** So many lines may stand for no object before the file is written anew. */
const spareLines = 10_000;

/**
 * What is known of a bucket's current objects, in one file that only grows: a line costs a tenth of a file of its own. An
 * object and its record cannot be written as one, so a record is announced before its file is put in place: whichever
 * moment the twin is killed at, one of the last two records describes the file that is there.
 */
export class BucketRecords {
  private readonly path: string;
  private file: number;
  private lines = 0;
  private unsaid = '';
  private isClosed = false;
  private readonly current: Map<string, ObjectMeta>;
  private readonly announced: Map<string, ObjectMeta>;

  private constructor(
    path: string,
    file: number,
    current: Map<string, ObjectMeta>,
    announced: Map<string, ObjectMeta>,
  ) {
    this.path = path;
    this.file = file;
    this.current = current;
    this.announced = announced;
  }

  /** What a kill left announced is settled first: it counts when its file came into its place, which `isPlaced` tells. */
  static async open(path: string, isPlaced: (meta: ObjectMeta) => boolean): Promise<BucketRecords> {
    await mkdir(dirname(path), { recursive: true });
    const { current, announced, lines, isWhole } = replay(path);
    for (const [key, meta] of announced) if (isPlaced(meta)) current.set(key, meta);
    const asItIs = isWhole && announced.size === 0 && lines <= 2 * current.size + spareLines;
    const file = asItIs ? openSync(path, 'a') : await writeAnew(path, current, new Map());
    const records = new BucketRecords(path, file, current, new Map());
    records.lines = asItIs ? lines : current.size;
    return records;
  }

  get(key: string): ObjectMeta | undefined {
    return this.current.get(key);
  }

  all(): IterableIterator<ObjectMeta> {
    return this.current.values();
  }

  /** The record that describes this very file, or undefined. */
  describing(key: string, file: Pick<ObjectMeta, 'size' | 'mtimeMs'>, path: string): ObjectMeta | undefined {
    const known = [this.current.get(key), this.announced.get(key)].find(meta => meta && isSame(meta, file));
    return known && { ...known, path };
  }

  /** Stores a record around `place`, which puts the file in its place. */
  async store(meta: ObjectMeta, place?: () => Promise<void>): Promise<void> {
    if (place) {
      await this.write({ announced: meta });
      this.announced.set(meta.key, meta);
      await place();
      // Goes with the next line: until then the file itself tells that it is in its place.
      this.unsaid += lineOf({ settled: meta.key });
    } else await this.write({ stored: meta });
    this.announced.delete(meta.key);
    this.current.set(meta.key, meta);
  }

  async remove(key: string): Promise<void> {
    if (!this.current.has(key) && !this.announced.has(key)) return;
    await this.write({ removed: key });
    this.announced.delete(key);
    this.current.delete(key);
  }

  /** Nothing is stored after it. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    if (this.unsaid !== '') appendFileSync(this.file, this.unsaid);
    closeSync(this.file);
  }

  private async write(line: Line): Promise<void> {
    // The number of a file that was closed may be another file's by now.
    if (this.isClosed) throw new Error(`${this.path} is closed`);
    if (this.lines > 2 * this.current.size + spareLines) {
      const file = await writeAnew(this.path, this.current, this.announced);
      closeSync(this.file);
      this.file = file;
      this.lines = this.current.size + this.announced.size;
      this.unsaid = '';
    }
    await append(this.file, this.unsaid + lineOf(line));
    this.unsaid = '';
    this.lines += 2;
  }
}

const lineOf = (line: Line): string => `${JSON.stringify(line)}\n`;

/** What the lines of a file come to. One that cannot be read, as the last may be after a kill, is as good as none. */
function replay(path: string) {
  const current = new Map<string, ObjectMeta>();
  const announced = new Map<string, ObjectMeta>();
  let lines = 0;
  let isWhole = true;
  for (const each of fileLines(path)) {
    const line = each.isWhole ? parseLine(each.text) : undefined;
    lines += 1;
    if (!line) isWhole = false;
    else if ('announced' in line) announced.set(line.announced.key, line.announced);
    else if ('removed' in line) {
      current.delete(line.removed);
      announced.delete(line.removed);
    } else {
      const meta = 'stored' in line ? line.stored : announced.get(line.settled);
      if (meta) current.set(meta.key, held(meta));
      if (meta) announced.delete(meta.key);
    }
  }
  return { current, announced, lines, isWhole };
}

function parseLine(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}

/** Puts a file in the place of the one there, with nothing in it that does not count any more, and opens it. */
async function writeAnew(
  path: string,
  current: ReadonlyMap<string, ObjectMeta>,
  announced: ReadonlyMap<string, ObjectMeta>,
): Promise<number> {
  function* lines(): Generator<string> {
    for (const stored of current.values()) yield lineOf({ stored });
    for (const meta of announced.values()) yield lineOf({ announced: meta });
  }
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  writeLines(temporary, lines());
  await rename(temporary, path);
  return openSync(path, 'a');
}
