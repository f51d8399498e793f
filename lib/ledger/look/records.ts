import type { Store } from '../../contract/ports/ports.ts';
import { readRecordName } from '../../contract/run/keys.ts';
import { decodeOutcome, type ItemOutcome, type Outcome } from '../../contract/run/outcome.ts';
import { readRecord } from '../../contract/run/read-stored.ts';
import type { AttemptRecord, ItemRecord } from '../../contract/run/records.ts';
import type { ReadRecord } from '../shard-state.ts';

interface Kept {
  /** Names of the attempts that are taken into account. */
  readonly names: readonly string[];
  readonly endedAt: string;
  /**
   * What the ledger needs of the newest attempt's record, as JSON: objects would take several times as much. Its name, where
   * that tells how the items stand: then the record itself was not read.
   */
  readonly body: Buffer | string;
  /** The same but for its items. */
  readonly head: ReadRecord;
  /** How each of the shard's items stands in it: see `markOf`. */
  readonly marks?: Uint8Array;
}

interface Parsed {
  readonly record: ReadRecord;
  byName?: Map<string, ItemRecord>;
}

const mostParsed = 16;

/** Is shown a record as it is read. */
export type SeeRecord = (record: AttemptRecord) => void;

/** What a record says of an item that decides how it stands; undefined where it says nothing. */
export type Mark = Pick<ItemRecord, 'state' | 'partial'> | undefined;
const states = ['done', 'failed', 'interrupted', 'not-started'] as const;
const marks: readonly Mark[] = [
  undefined,
  ...states.flatMap((state): readonly Mark[] => [{ state }, { state, partial: true }]),
];
const markOf = ({ state, partial }: ItemOutcome): number => 1 + 2 * states.indexOf(state) + (partial ? 1 : 0);

/** The newest records of shards, each attempt's read once. */
export class ShardRecords {
  /** Names of a shard's items, in the order of its lines. */
  readonly #namesOf: ((shard: number) => readonly string[]) | undefined;
  readonly #kept = new Map<number, Kept>();
  /** Parsed ones: neighbours are asked for one after the other. */
  readonly #parsed = new Map<number, Parsed>();

  /**
   * With `namesOf` what each item's mark is, is found as its record is read, which need not be parsed for it again; and a
   * record whose name tells as much is not read.
   */
  constructor(namesOf?: (shard: number) => readonly string[]) {
    this.#namesOf = namesOf;
  }

  /** Reads those of a shard's attempts that were not read, and shows them whole to `see`; answers whether there were any. */
  async read(
    store: Store,
    prefix: string,
    shard: number,
    names: readonly string[],
    see?: SeeRecord,
  ): Promise<boolean> {
    const before = this.#kept.get(shard);
    const unread = names.filter(name => !before?.names.includes(name));
    if (unread.length === 0) return false;
    const own = this.#namesOf?.(shard);
    const read = await Promise.all(
      unread.map(async (name): Promise<Kept | undefined> => {
        const told = own && toldBy(name, own);
        if (told) return keptOf(told, name, names, own);
        const body = await store.get(`${prefix}${name}`);
        if (!body) return undefined;
        const record = readRecord(body);
        see?.(record);
        const slimmed = slim(record);
        return keptOf(slimmed, Buffer.from(JSON.stringify(slimmed)), names, own);
      }),
    );
    let newest = before;
    for (const each of read) if (each && (!newest || each.endedAt > newest.endedAt)) newest = each;
    this.#parsed.delete(shard);
    if (newest) this.#kept.set(shard, { ...newest, names });
    return true;
  }

  /** Whether the shard's record was read, and not its name alone. */
  has(shard: number): boolean {
    return typeof (this.#kept.get(shard)?.body ?? '') !== 'string';
  }

  forget(shard: number): boolean {
    this.#parsed.delete(shard);
    return this.#kept.delete(shard);
  }

  /** Forgets all but some. */
  keepOnly(shards: ReadonlySet<number>): void {
    for (const shard of this.#kept.keys()) if (!shards.has(shard)) this.forget(shard);
  }

  /** The shard's record without what it says of its items. */
  headOf(shard: number): ReadRecord | undefined {
    return this.#kept.get(shard)?.head;
  }

  /** What the shard's record says of the item of one of its lines, counted from its first; of all alike, `headOf` says it. */
  markOf(shard: number, line: number): Mark {
    return marks[this.#kept.get(shard)?.marks?.[line] ?? 0];
  }

  /** What the shard's record says of an item, which is that of one of its lines, counted from its first. */
  ofItem(shard: number, name: string, line: number): ItemRecord | undefined {
    const parsed = this.#parse(shard);
    const items = parsed?.record.items;
    if (!items) return parsed?.record.whole;
    // Mostly a record has them in the shard's order.
    if (items[line]?.name === name) return items[line];
    parsed.byName ??= new Map(items.map(each => [each.name, each]));
    return parsed.byName.get(name);
  }

  #parse(shard: number): Parsed | undefined {
    const before = this.#parsed.get(shard);
    if (before) return before;
    const kept = this.#kept.get(shard);
    if (!kept) return undefined;
    if (this.#parsed.size >= mostParsed) this.#parsed.delete(this.#parsed.keys().next().value!);
    const { body } = kept;
    const parsed = {
      record:
        typeof body === 'string'
          ? toldBy(body, this.#namesOf!(shard))!
          : (JSON.parse(body.toString('utf8')) as ReadRecord),
    };
    this.#parsed.set(shard, parsed);
    return parsed;
  }
}

/** What a record's name tells of it; undefined where it does not, or not of these items. */
function toldBy(name: string, names: readonly string[]): ReadRecord | undefined {
  const { jobId, outcome } = readRecordName(name);
  const told = outcome === undefined ? undefined : decodeOutcome(outcome);
  if (!told) return undefined;
  const { items, whole, ...head }: Outcome = told;
  if (items && items.length > 0 && items.length !== names.length) return undefined;
  return {
    ...head,
    jobId,
    ...(items ? { items: items.map((item, index) => ({ name: names[index]!, ...item })) } : {}),
    ...(whole ? { whole: { name: '', ...whole } } : {}),
  };
}

function keptOf(
  record: ReadRecord,
  body: Kept['body'],
  names: readonly string[],
  own: readonly string[] | undefined,
): Kept {
  const { items, ...head } = record;
  const marks = items && own ? { marks: marksOf(items, own) } : {};
  return { names, endedAt: record.endedAt, body, head, ...marks };
}

function marksOf(items: readonly ItemRecord[], names: readonly string[]): Uint8Array {
  // Mostly a record has them in the shard's order.
  if (items.length === names.length && items.every((item, i) => item.name === names[i]))
    return Uint8Array.from(items, markOf);
  const byName = new Map(items.map(item => [item.name, markOf(item)]));
  return Uint8Array.from(names, name => byName.get(name) ?? 0);
}

const slim = ({
  endedAt,
  exitCode,
  reason,
  jobId,
  scratchPeakBytes,
  items,
  whole,
}: ReadRecord): ReadRecord => ({
  endedAt,
  exitCode,
  jobId,
  ...(reason === undefined ? {} : { reason }),
  ...(scratchPeakBytes === undefined ? {} : { scratchPeakBytes }),
  ...(items ? { items: items.map(slimItem) } : {}),
  ...(whole ? { whole: slimItem(whole) } : {}),
});

function slimItem(record: ItemRecord): ItemRecord {
  const { tail: _tail, cpuSeconds: _cpu, bytesIn: _in, bytesOut: _out, ...rest } = record;
  return rest;
}
