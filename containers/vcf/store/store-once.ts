import { counted } from '../../../lib/contract/workload/number-text.ts';
import type { Sample } from '../local-files.ts';
import { countAll } from '../settle.ts';
import { cut, storeBatches } from './store-batches.ts';
import type { StoreWorld } from './store-world.ts';
import { wholeBatches, wholeGroups } from './whole-batches.ts';

export type { StoreWorld } from './store-world.ts';

export interface StoredSample {
  readonly name: string;
  /**
   * `there`: it was whole before this run; `stored`, `repaired`: by this run's attempts; `empty`: its file has no record, so the
   * dataset does not have it; `open`: this one was interrupted before it was sure.
   */
  readonly is: 'there' | 'stored' | 'repaired' | 'empty' | 'failed' | 'open';
  readonly reason?: string;
}

export interface StoredShard {
  readonly samples: readonly StoredSample[];
  readonly bytesIn: number;
  /** Calls of the tool's writer: fragments follow them. */
  readonly batches: number;
}

/** Stores after the first one of an attempt. A sample that still is not right has failed. */
const repairs = 2;

/**
 * Stores every sample of a shard exactly once, whatever earlier attempts have left: each is counted before and after against
 * its index; what is neither absent nor whole is deleted by name, waited for, and stored again. No exit code is believed,
 * and the tool's --resume is never used: it loses contigs in silence.
 */
export async function storeOnce(samples: readonly Sample[], world: StoreWorld): Promise<StoredShard> {
  const { tool, touches, signal, sizes } = world;
  const reasons = new Map<string, string>();
  const empty = new Set<Sample>();
  let open = samples;
  let stored: readonly (readonly Sample[])[] = [];
  let bytesIn = 0;
  let batches = 0;
  await touches.waitForEarlier(samples, signal);
  for (let pass = 0; !signal.aborted; pass++) {
    const sure =
      pass === 0
        ? await wholeGroups(tool, touches.earlierBatches(samples), world.folder)
        : await wholeBatches(tool, stored, world.folder);
    open = open.filter(sample => !sure.has(sample));
    const counts = await countAll(tool, open, signal, sizes.counts);
    for (const sample of open)
      if (sample.records === 0 && counts.get(sample) === undefined) empty.add(sample);
    open = open.filter(sample => !isWhole(sample, counts.get(sample)));
    if (open.length === 0) break;
    const wrong = open.filter(sample => counts.get(sample) !== undefined);
    for (const sample of wrong) {
      const found = `${counts.get(sample)} of ${counted(sample.records, { one: 'record is', many: 'records are' })} in the dataset`;
      reasons.set(sample.name, found);
      world.log(`${sample.name}: ${found}; it is deleted${pass > repairs ? '' : ' and stored again'}`);
    }
    await touches.forget(tool, wrong, signal);
    // What cannot be proved does not stay in the dataset.
    if (pass > repairs) break;
    // What fails a batch is found alone.
    const result = await storeBatches(cut(open, pass === 0 ? sizes.batch : 1), world);
    for (const [name, reason] of result.reasons) reasons.set(name, reason);
    bytesIn += result.bytes;
    batches += result.batches;
    stored = result.ended;
  }
  const left = new Set(open);
  await touches.prove(samples.filter(sample => !left.has(sample)));
  const states = samples.map((sample): StoredSample => {
    const { name } = sample;
    if (!left.has(sample)) return { name, is: empty.has(sample) ? 'empty' : touches.how(name) };
    if (signal.aborted) return { name, is: 'open' };
    return {
      name,
      is: 'failed',
      reason: reasons.get(name) ?? 'it is not in the dataset after it was stored',
    };
  });
  return { samples: states, bytesIn, batches };
}

/** A file without records is not listed when it was stored alone, and is when it was stored with others. */
const isWhole = ({ records }: Sample, found: number | undefined): boolean =>
  (found ?? 0) === records && (found !== undefined || records === 0);
