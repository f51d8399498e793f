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
}

interface Parsed {
  readonly record: ReadRecord;
  byName?: Map<string, ItemRecord>;
}

const mostParsed = 16;

/** Is shown a record as it is read. */
export type SeeRecord = (record: AttemptRecord) => void;

/** The newest records of shards, each attempt's read once. */
export class Records {
  readonly #kept = new Map<number, Kept>();
  /** Parsed ones: neighbours are asked for one after the other. */
  readonly #parsed = new Map<number, Parsed>();

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
      newest = { names, endedAt: record.endedAt, body: Buffer.from(JSON.stringify(slim(record))) };
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
