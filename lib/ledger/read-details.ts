import type { Store } from '../contract/ports/ports.ts';
import { shardName } from '../contract/run/keys.ts';
import type { Entry } from './entries.ts';
import { listMarks } from './look/list-marks.ts';
import type { SeeRecord } from './look/records.ts';
import type { RoundStep } from './look/round-step.ts';
import { mapLimit } from './map-limit.ts';
import type { StepView } from './step-view.ts';

/** Rows whose records are read together. */
export const rowsTogether = 2048;

/** Entries of a step one after the other, as `Rows.stream` gives the rows of the run. */
export async function* streamStep(
  store: Store,
  parts: readonly RoundStep[],
  step: StepView,
  { details, places }: { readonly details: boolean; readonly places?: readonly number[] },
): AsyncGenerator<Entry> {
  const length = places?.length ?? step.length;
  for (let from = 0; from < length; from += rowsTogether) {
    const to = Math.min(length, from + rowsTogether);
    const some = Array.from({ length: to - from }, (_, i) => places?.[from + i] ?? from + i);
    if (details) await readDetails(store, [step], parts, (_, add) => some.forEach(add));
    for (const place of some) yield step.at(place);
  }
  for (const part of parts) part.details.keepOnly(new Set());
}

/** Reads the records of what is done of some places, and forgets the others. */
export async function readDetails(
  store: Store,
  steps: readonly StepView[],
  parts: readonly RoundStep[],
  places: (step: StepView, add: (place: number) => void) => void,
  see?: SeeRecord,
): Promise<void> {
  const wanted = new Map(parts.map(part => [part, new Set<number>()]));
  for (const step of steps)
    places(step, place => {
      for (const part of step.parts) {
        const line = part.lines.lineOf(place);
        const shard = line < 0 ? -1 : part.shardOf(line);
        if (shard >= 0 && part.tries[shard]! > 0 && !part.records.has(shard)) wanted.get(part)!.add(shard);
      }
    });
  for (const [part, shards] of wanted) {
    part.details.keepOnly(shards);
    const unread = [...shards].filter(shard => !part.details.has(shard)).sort((a, b) => a - b);
    const found = new Map<number, string[]>();
    await listMarks(store, part.resultsPrefix, unread, (shard, rest) => {
      found.set(shard, [...(found.get(shard) ?? []), rest]);
    });
    await mapLimit([...found], 32, ([shard, rests]) =>
      part.details.read(store, `${part.resultsPrefix}${shardName(shard)}`, shard, rests, see),
    );
  }
}
