import type { Store } from '../../contract/ports/ports.ts';
import { attemptIn, donePrefix, isPartial, shardName } from '../../contract/run/keys.ts';
import { listMarks } from '../../contract/run/list-marks.ts';
import { mapLimit } from '../../contract/run/map-limit.ts';
import { isEnded, isRunning } from '../shard-state.ts';
import type { ArrayState, RoundStep } from './round-step.ts';

/** Records that are read at once. */
const together = 16;

/** Those that may still change. */
export function openShards({ part, array }: ArrayState): readonly number[] {
  const open: number[] = [];
  for (let shard = array.offset; shard < array.offset + array.size; shard++)
    if (!part.settled[shard]) open.push(shard);
  return open;
}

/** Looks for the markers and records of some shards, in ascending order. */
export async function readMarks(store: Store, part: RoundStep, shards: readonly number[]): Promise<void> {
  if (shards.length === 0) return;
  const { plan, step, done, partial, tries, settled, names, records } = part;
  // What had ended before we look has left all that it ever will.
  const over = shards.filter(shard => isEnded(part.knownOf(shard)));
  await listMarks(store, donePrefix(plan, plan.round, step.name), shards, shard => {
    if (done[shard]) return;
    done[shard] = 1;
    part.changed(shard);
    // Its container has done all that it will, though Batch may say for a while that it runs.
    if (isRunning(part.known.get(shard) ?? {}) && part.arrayOf(shard).array.size > 1)
      part.know(shard, undefined);
  });
  // After the markers: a record is written before its marker, so none of those that are done is missed.
  const found = new Map<number, string[]>();
  await listMarks(store, part.resultsPrefix, shards, (shard, rest) => {
    const list = found.get(shard);
    if (list) list.push(rest);
    else found.set(shard, [rest]);
  });
  const unread: number[] = [];
  for (const shard of shards) {
    const list = found.get(shard) ?? [];
    // One that left no record was none the less, where a later one has left its own.
    const attempts = Math.max(0, ...list.map(attemptIn));
    if (attempts !== tries[shard]) part.changed(shard);
    tries[shard] = attempts;
    if (list.some(isPartial)) partial[shard] = 1;
    // What is done whole says all by its marker.
    if (done[shard] && !partial[shard]) {
      names.delete(shard);
      if (records.forget(shard)) part.changed(shard);
    } else if (list.length > 0) {
      names.set(shard, list);
      unread.push(shard);
    }
  }
  await mapLimit(unread, together, async shard => {
    const prefix = `${part.resultsPrefix}${shardName(shard)}`;
    if (await records.read(store, prefix, shard, names.get(shard)!)) part.changed(shard);
  });
  for (const shard of shards) if (done[shard]) settled[shard] = 1;
  for (const shard of over) settled[shard] = 1;
}
