import { setImmediate } from 'node:timers/promises';
import type { Store } from '../contract/ports/ports.ts';
import { shardName } from '../contract/run/keys.ts';
import { listMarks } from '../contract/run/list-marks.ts';
import { mapLimit } from '../contract/run/map-limit.ts';
import type { Entry } from './entries.ts';
import type { SeeRecord } from './look/records.ts';
import type { RoundStep } from './look/round-step.ts';
import type { StepView } from './step-view.ts';

/** Rows whose records are read together. */
export const rowsTogether = 2048;

/** Entries of a step one after the other, as `Rows.stream` gives the rows of the run. */
export async function* streamStep(
  store: Store,
  parts: readonly RoundStep[],
  step: StepView,
  { details, positions }: { readonly details: boolean; readonly positions?: readonly number[] },
): AsyncGenerator<Entry> {
  const length = positions?.length ?? step.length;
  try {
    for (let from = 0; from < length; from += rowsTogether) {
      const to = Math.min(length, from + rowsTogether);
      const some = Array.from({ length: to - from }, (_, i) => positions?.[from + i] ?? from + i);
      await readDetails({ store, parts, steps: [step], details }, (_, add) => some.forEach(add));
      for await (const position of inTurns(some)) yield step.at(position);
    }
  } finally {
    forgetDetails(parts);
  }
}

/** Rows that are made in one go. */
const rowsInTurn = 128;

/**
 * The same, and the event loop's turn now and then: V8 ends a collection there, and until it has, it gives young objects whatever they
 * ask for, 16 MB for 2048 rows.
 */
export async function* inTurns(list: readonly number[]): AsyncGenerator<number> {
  for (const [index, each] of list.entries()) {
    if (index % rowsInTurn === rowsInTurn - 1) await setImmediate();
    yield each;
  }
}

export function forgetDetails(parts: readonly RoundStep[]): void {
  for (const part of parts) part.details.keepOnly(new Set());
}

export interface DetailsInput {
  readonly store: Store;
  readonly parts: readonly RoundStep[];
  readonly steps: readonly StepView[];
  /** Whether those of what is done whole are read, too. */
  readonly details: boolean;
  readonly see?: SeeRecord | undefined;
}

/** Reads the records of some positions that a look has not read, and forgets the others. */
export async function readDetails(
  { store, parts, steps, details, see }: DetailsInput,
  positions: (step: StepView, add: (position: number) => void) => void,
): Promise<void> {
  const wanted = new Map(parts.map(part => [part, new Set<number>()]));
  const isWanted = ({ records, tries, names }: RoundStep, shard: number): boolean =>
    !records.has(shard) && (names.has(shard) || (details && tries[shard]! > 0));
  for (const step of steps)
    positions(step, position => {
      for (const part of step.parts) {
        const line = part.lines.lineOf(position);
        const shard = line < 0 ? -1 : part.shardOf(line);
        if (shard >= 0 && isWanted(part, shard)) wanted.get(part)!.add(shard);
      }
    });
  for (const [part, shards] of wanted) {
    part.details.keepOnly(shards);
    const unread = [...shards].filter(shard => !part.details.has(shard)).sort((a, b) => a - b);
    const found = new Map<number, readonly string[]>();
    for (const shard of unread) if (part.names.has(shard)) found.set(shard, part.names.get(shard)!);
    const unlisted = unread.filter(shard => !found.has(shard));
    await listMarks(store, part.resultsPrefix, unlisted, (shard, rest) => {
      found.set(shard, [...(found.get(shard) ?? []), rest]);
    });
    await mapLimit([...found], 32, ([shard, rests]) =>
      part.details.read(store, `${part.resultsPrefix}${shardName(shard)}`, shard, rests, see),
    );
  }
}
