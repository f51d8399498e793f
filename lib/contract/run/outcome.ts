import type { AttemptRecord, ItemRecord } from './records.ts';

/** What decides how an item stands and why, as its record has it. */
export type ItemOutcome = Pick<ItemRecord, 'state' | 'partial' | 'exitCode' | 'reason'>;

/** What a record tells of its attempt, without what its items have used and made. */
export interface Outcome extends Pick<AttemptRecord, 'endedAt' | 'exitCode' | 'reason'> {
  /** In the order of the shard's items; none where the attempt did not get as far as to read them. */
  readonly items?: readonly ItemOutcome[];
  readonly whole?: ItemOutcome;
}

/** The first character of every outcome in this form; one that begins otherwise is another version's. */
const version = '1';
/** Characters: with a job's id and its attempt, a name of 255 bytes, which any file system holds. */
const longest = 190;
const states = ['done', 'failed', 'interrupted', 'not-started'] as const;

/** An exit code, or none; place of a reason, or -1; a state's place, 4 more where it is partial. */
type Kind = readonly [state: number, exitCode: number | null, reason: number];
type Packed = readonly [
  endedAt: number,
  exitCode: number,
  reason: number,
  reasons: readonly string[],
  kinds: readonly Kind[],
  /** Kinds of items one after the other, and how many of each; undefined for one record of all. */
  runs?: readonly (readonly [kind: number, count: number])[],
];

/**
 * A record's outcome as a part of its name, in letters that every key may have; undefined where that is too long, or where
 * its items are not those of the shard, `names`, in their order: then the record has to be read.
 */
export function encodeOutcome(record: AttemptRecord, names: readonly string[]): string | undefined {
  const { items, whole, exitCode } = record;
  const isInOrder = !items || items.length === 0 || isSame(items, names);
  const endedAt = Date.parse(record.endedAt);
  if (!isInOrder || (!items && !whole) || Number.isNaN(endedAt)) return undefined;
  if (new Date(endedAt).toISOString() !== record.endedAt) return undefined;
  const reasons = places<string>();
  const kinds = places<Kind>();
  const kindOf = (item: ItemOutcome): number =>
    kinds.of([
      states.indexOf(item.state) + (item.partial ? states.length : 0),
      item.exitCode ?? null,
      item.reason === undefined ? -1 : reasons.of(item.reason),
    ]);
  const reason = record.reason === undefined ? -1 : reasons.of(record.reason);
  const runs: [number, number][] = [];
  for (const item of items ?? []) {
    const kind = kindOf(item);
    const last = runs.at(-1);
    if (last?.[0] === kind) last[1]++;
    else runs.push([kind, 1]);
    if (runs.length > longest) return undefined;
  }
  if (whole && !items) kindOf(whole);
  const head = [endedAt, exitCode, reason, reasons.all, kinds.all] as const;
  const packed: Packed = items ? [...head, runs] : head;
  const text = `${version}${Buffer.from(JSON.stringify(packed)).toString('base64url')}`;
  return text.length <= longest ? text : undefined;
}

/** What such a part of a name tells; undefined where it is none that this version reads. */
export function decodeOutcome(text: string): Outcome | undefined {
  if (!text.startsWith(version)) return undefined;
  let packed: Packed;
  try {
    packed = JSON.parse(Buffer.from(text.slice(version.length), 'base64url').toString('utf8')) as Packed;
  } catch {
    return undefined;
  }
  const [endedAt, exitCode, reason, reasons, kinds, runs] = packed;
  const outcomes = kinds.map(
    ([state, code, why]): ItemOutcome => ({
      state: states[state % states.length]!,
      ...(state >= states.length ? { partial: true } : {}),
      ...(code === null ? {} : { exitCode: code }),
      ...(why < 0 ? {} : { reason: reasons[why]! }),
    }),
  );
  return {
    endedAt: new Date(endedAt).toISOString(),
    exitCode,
    ...(reason < 0 ? {} : { reason: reasons[reason]! }),
    ...(runs
      ? { items: runs.flatMap(([kind, count]) => new Array<ItemOutcome>(count).fill(outcomes[kind]!)) }
      : { whole: outcomes[0]! }),
  };
}

const isSame = (items: readonly ItemRecord[], names: readonly string[]): boolean =>
  items.length === names.length && items.every(({ name }, index) => name === names[index]);

/** Things by their places, each once. */
function places<T>(): { readonly all: readonly T[]; of(each: T): number } {
  const all: T[] = [];
  const found = new Map<string, number>();
  return {
    all,
    of(each) {
      const text = JSON.stringify(each);
      let place = found.get(text);
      if (place === undefined) {
        place = all.push(each) - 1;
        found.set(text, place);
      }
      return place;
    },
  };
}
