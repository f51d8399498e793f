import type { Store } from '../../contract/ports/ports.ts';
import { readRecord } from '../../contract/run/read-stored.ts';
import type { AttemptRecord, ItemRecord } from '../../contract/run/records.ts';
import type { ReadRecord } from '../shard-state.ts';

interface Kept {
  /** Names of the attempts that are taken into account. */
  readonly names: readonly string[];
  readonly endedAt: string;
  /** What the ledger needs of the newest attempt's record, as JSON: objects would take several times as much. */
  readonly body: Buffer;
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
const markOf = ({ state, partial }: ItemRecord): number => 1 + 2 * states.indexOf(state) + (partial ? 1 : 0);

/** The newest records of shards, each attempt's read once. */
export class Records {
  /** Names of a shard's items, in the order of its lines. */
  readonly #namesOf: ((shard: number) => readonly string[]) | undefined;
  readonly #kept = new Map<number, Kept>();
  /** Parsed ones: neighbours are asked for one after the other. */
  readonly #parsed = new Map<number, Parsed>();

  /** With `namesOf` what each item's mark is, is found as its record is read, which need not be parsed for it again. */
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
    const bodies = await Promise.all(unread.map(name => store.get(`${prefix}${name}`)));
    let newest = before;
    for (const body of bodies) {
      if (!body) continue;
      const record = readRecord(body);
      see?.(record);
      if (newest && record.endedAt <= newest.endedAt) continue;
      const own = slim(record);
      const { items, ...head } = own;
      newest = {
        names,
        endedAt: record.endedAt,
        body: Buffer.from(JSON.stringify(own)),
        head,
        ...(items && this.#namesOf ? { marks: marksOf(items, this.#namesOf(shard)) } : {}),
      };
    }
    this.#parsed.delete(shard);
    if (newest) this.#kept.set(shard, { ...newest, names });
    return true;
  }

  has(shard: number): boolean {
    return this.#kept.has(shard);
  }

  forget(shard: number): boolean {
    this.#parsed.delete(shard);
    return this.#kept.delete(shard);
  }

  /** Forgets all but some. */
  keepOnly(shards: ReadonlySet<number>): void {
    for (const shard of this.#kept.keys()) if (!shards.has(shard)) this.forget(shard);
  }

  get(shard: number): ReadRecord | undefined {
    return this.#parse(shard)?.record;
  }

  /** The shard's record without what it says of its items. */
  headOf(shard: number): ReadRecord | undefined {
    return this.#kept.get(shard)?.head;
  }

  /** What the shard's record says of the item of one of its lines, counted from its first; of all alike, `headOf` says it. */
  markOf(shard: number, line: number): Mark {
    return marks[this.#kept.get(shard)?.marks?.[line] ?? 0];
  }

  /** What the shard's record says of an item. */
  ofItem(shard: number, name: string): ItemRecord | undefined {
    const parsed = this.#parse(shard);
    if (!parsed?.record.items) return parsed?.record.whole;
    parsed.byName ??= new Map(parsed.record.items.map(each => [each.name, each]));
    return parsed.byName.get(name);
  }

  #parse(shard: number): Parsed | undefined {
    const before = this.#parsed.get(shard);
    if (before) return before;
    const kept = this.#kept.get(shard);
    if (!kept) return undefined;
    if (this.#parsed.size >= mostParsed) this.#parsed.delete(this.#parsed.keys().next().value!);
    const parsed = { record: JSON.parse(kept.body.toString('utf8')) as ReadRecord };
    this.#parsed.set(shard, parsed);
    return parsed;
  }
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
