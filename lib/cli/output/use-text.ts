import type { Store } from '../../contract/ports/ports.ts';
import type { Lane, RoundPlan } from '../../contract/run/run.ts';
import { readAttempts } from '../../ledger/attempts.ts';
import { itemsOf } from '../../report/usage.ts';
import { bytesText, durationText } from './output.ts';

/** What a step's jobs used at most, and what they had asked for. */
export interface StepUse {
  readonly step: string;
  /** The lane of the attempt that used the most memory. */
  readonly asked: Lane;
  readonly attempts: number;
  readonly peakMemoryBytes: number;
  readonly peakScratchBytes: number;
  /** The longest item. */
  readonly seconds: number;
}

export interface RunUse {
  readonly steps: readonly StepUse[];
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Not every record was read: of a step so many at the most. */
  readonly sampled?: true;
}

/** Attempts of a step in a round that are looked at: a request each. */
const most = 1000;

/** What the attempts of a run used, by their records. */
export async function readUse(store: Store, rounds: readonly RoundPlan[]): Promise<RunUse> {
  const steps = new Map<string, StepUse>();
  let bytesIn = 0;
  let bytesOut = 0;
  for await (const record of readAttempts(store, rounds, { sample: most })) {
    const items = itemsOf(record);
    for (const item of items) {
      // What an earlier attempt has finished is in this record, too.
      if (item.startedAt !== undefined && item.startedAt < record.startedAt) continue;
      bytesIn += item.bytesIn ?? 0;
      bytesOut += item.bytesOut ?? 0;
    }
    if (!record.lane) continue;
    const memory = Math.max(0, ...items.map(item => item.peakMemoryBytes ?? 0));
    const seconds = Math.max(0, ...items.map(item => secondsOf(item.startedAt, item.endedAt)));
    const before = steps.get(record.step);
    steps.set(record.step, {
      step: record.step,
      asked: before && before.peakMemoryBytes >= memory ? before.asked : record.lane,
      attempts: (before?.attempts ?? 0) + 1,
      peakMemoryBytes: Math.max(before?.peakMemoryBytes ?? 0, memory),
      peakScratchBytes: Math.max(before?.peakScratchBytes ?? 0, record.scratchPeakBytes ?? 0),
      seconds: Math.max(before?.seconds ?? 0, seconds),
    });
  }
  const isSampled = rounds.some(plan => plan.steps.some(step => step.shards > most));
  return { steps: [...steps.values()], bytesIn, bytesOut, ...(isSampled ? { sampled: true as const } : {}) };
}

const secondsOf = (from: string | undefined, to: string | undefined): number =>
  from === undefined || to === undefined ? 0 : (Date.parse(to) - Date.parse(from)) / 1000;

/** A line a step, `store: at most 1.2 GiB of 4 GiB memory, 12 GiB of 200 GiB scratch, 3m20s an item`, and one of the bytes. */
export function useText({ steps, bytesIn, bytesOut, sampled }: RunUse): readonly string[] {
  const lines = steps.map(({ step, asked, peakMemoryBytes, peakScratchBytes, seconds }) => {
    const scratch = asked.scratchGiB ? ` of ${asked.scratchGiB} GiB` : '';
    const parts = [
      ...(peakMemoryBytes > 0
        ? [`${sizeText(peakMemoryBytes)} of ${sizeText(asked.memoryMiB * mib)} memory`]
        : []),
      ...(peakScratchBytes >= mib ? [`${sizeText(peakScratchBytes)}${scratch} scratch`] : []),
      `${seconds < 1 ? '1s' : durationText(seconds)} an item`,
    ];
    return `${step}: at most ${parts.join(', ')}`;
  });
  const bytes = bytesIn + bytesOut > 0 ? [`${bytesText(bytesIn)} in, ${bytesText(bytesOut)} out`] : [];
  return [...lines, ...bytes].map(line => (sampled ? `${line} (of a sample)` : line));
}

const mib = 2 ** 20;

/** Powers of 1024, as sizes are asked for: `3 MiB`, `1.2 GiB`, `61 GiB`. */
const sizeText = (bytes: number): string => {
  if (bytes < 1000 * mib) return `${Math.max(1, Math.round(bytes / mib))} MiB`;
  const gib = bytes / (1024 * mib);
  return `${gib >= 10 ? Math.round(gib) : Number(gib.toFixed(1))} GiB`;
};
