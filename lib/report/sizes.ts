import type { AttemptRecord } from '../contract/run/records.ts';
import type { Lane } from '../contract/run/run.ts';
import { itemsOf } from './usage.ts';

/** Median, 95th percentile and largest. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** What the items of a step really needed, of those that are done, and what their jobs had. */
export interface StepSizes {
  readonly step: string;
  readonly items: number;
  readonly asked: Lane;
  /** MiB. */
  readonly memory?: Percentiles;
  /** CPU time by time: cores in use. */
  readonly vcpus?: Percentiles;
  /** GiB, of shards. */
  readonly scratch?: Percentiles;
  /** Seconds. */
  readonly time?: Percentiles;
}

export interface SizeCount {
  add(record: AttemptRecord): void;
  sizes(): readonly StepSizes[];
}

interface Values {
  readonly memory: number[];
  readonly vcpus: number[];
  readonly scratch: number[];
  readonly time: number[];
  asked: Lane;
  /** The newest that has it. */
  round: number;
}

/** Gathers the needs of what is done; the last round's lane is what was asked for. */
export function sizeCount(): SizeCount {
  const steps = new Map<string, Values>();
  return {
    add(record) {
      if (!record.lane) return;
      const values = steps.get(record.step) ?? {
        memory: [],
        vcpus: [],
        scratch: [],
        time: [],
        asked: record.lane,
        round: record.round,
      };
      steps.set(record.step, values);
      if (record.round >= values.round) {
        values.asked = record.lane;
        values.round = record.round;
      }
      if (record.exitCode === 0 && record.scratchPeakBytes)
        values.scratch.push(record.scratchPeakBytes / 2 ** 30);
      for (const item of itemsOf(record)) {
        if (item.state !== 'done' || !item.startedAt || !item.endedAt || item.startedAt < record.startedAt)
          continue;
        const seconds = (Date.parse(item.endedAt) - Date.parse(item.startedAt)) / 1000;
        values.time.push(seconds);
        if (item.peakMemoryBytes) values.memory.push(item.peakMemoryBytes / 2 ** 20);
        if (item.cpuSeconds && seconds > 0) values.vcpus.push(item.cpuSeconds / seconds);
      }
    },
    sizes: () =>
      [...steps].map(([step, { asked, ...values }]) => ({
        step,
        items: values.time.length,
        asked,
        ...percentilesOf('memory', values.memory),
        ...percentilesOf('vcpus', values.vcpus),
        ...percentilesOf('scratch', values.scratch),
        ...percentilesOf('time', values.time),
      })),
  };
}

function percentilesOf<K extends string>(name: K, values: number[]): { readonly [k in K]?: Percentiles } {
  if (values.length === 0) return {};
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
  return { [name]: { p50: at(0.5), p95: at(0.95), max: sorted.at(-1)! } } as {
    readonly [k in K]?: Percentiles;
  };
}

/** From this many on, the largest is worth sizing by. */
const enough = 5;

/**
 * Sizes that would hold what was seen, in the words of lab.config.ts: the largest memory and a fifth, in whole GiB; the 95th
 * percentile of the cores in use. Undefined where too few are done, or what was asked for fits already.
 */
export function betterSizes(
  sizes: StepSizes,
): { readonly memoryMiB?: number; readonly vcpus?: number } | undefined {
  if (sizes.items < enough) return undefined;
  const { asked, memory, vcpus } = sizes;
  const memoryMiB = memory && Math.ceil((memory.max * 1.2) / 1024) * 1024;
  const cores = vcpus && Math.max(1, Math.ceil(vcpus.p95 - 0.1));
  const better = {
    ...(memoryMiB && differs(memoryMiB, asked.memoryMiB) ? { memoryMiB } : {}),
    ...(cores && cores !== asked.vcpus ? { vcpus: cores } : {}),
  };
  return Object.keys(better).length > 0 ? better : undefined;
}

/** A tenth more or less is no reason to write a line. */
const differs = (wanted: number, asked: number): boolean => Math.abs(wanted - asked) > asked / 10;
