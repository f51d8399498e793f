import type { AttemptRecord } from '../contract/run/records.ts';
import type { RoundPlan } from '../contract/run/run.ts';
import type { LabConfig } from '../contract/workload/config.ts';
import type { Market } from '../contract/workload/workload.ts';
import { jobHour } from './pool-price.ts';
import type { PriceTable, Range } from './prices.ts';
import { itemsOf } from './usage.ts';

/** Seconds an item took in a step: the mean of each earlier run. */
export type StepTimes = Readonly<Record<string, readonly number[]>>;

/** What a plan would take. From, to. */
export interface Estimate {
  /** From earlier runs of the workload; else nothing is known but the time-outs. */
  readonly isMeasured: boolean;
  readonly runs: number;
  readonly vcpuHours: Range;
  /** USD by the market of the hosts; undefined where the price of a type is not known. */
  readonly dollars: Readonly<Partial<Record<Market, Range>>>;
}

/** Of one run alone it is not known how much the next will differ. */
const spreadOfOne = 0.25;

/** What it took in earlier runs is what it will take; where there are none, its time-outs are the most that it can. */
export function estimate(
  plan: RoundPlan,
  times: StepTimes,
  config: Pick<LabConfig, 'pools'>,
  table: PriceTable,
): Estimate {
  const isMeasured = plan.steps.every(step => (times[step.name] ?? []).length > 0);
  let vcpuHours: Range = [0, 0];
  const dollars: Partial<Record<Market, Range>> = { spot: [0, 0], 'on-demand': [0, 0] };
  for (const step of plan.steps)
    for (const [index, lane] of step.lanes.entries()) {
      const shards = step.arrays
        .filter(each => each.lane === index)
        .reduce((sum, each) => sum + each.size, 0);
      const share = step.shards > 0 ? shards / step.shards : 0;
      const seconds = secondsOf(
        times[step.name] ?? [],
        step.items * share,
        shards * lane.timeoutSeconds,
        isMeasured,
      );
      const hours: Range = [seconds[0] / 3600, seconds[1] / 3600];
      const nodes = lane.nodes ?? 1;
      vcpuHours = plus(vcpuHours, scaled(hours, lane.vcpus * nodes));
      const pool = config.pools[lane.pool];
      for (const market of ['spot', 'on-demand'] as const) {
        const hour = pool && jobHour(table, { ...pool, market }, lane);
        const sum = dollars[market];
        if (!hour || !sum) delete dollars[market];
        else dollars[market] = plus(sum, [hours[0] * hour[0] * nodes, hours[1] * hour[1] * nodes]);
      }
    }
  return {
    isMeasured,
    runs: Math.max(0, ...Object.values(times).map(each => each.length)),
    vcpuHours,
    dollars,
  };
}

function secondsOf(means: readonly number[], items: number, most: number, isMeasured: boolean): Range {
  if (!isMeasured) return [0, most];
  const [low, high] = [Math.min(...means), Math.max(...means)];
  return means.length === 1
    ? [items * low * (1 - spreadOfOne), items * high * (1 + spreadOfOne)]
    : [items * low, items * high];
}

const plus = (a: Range, b: Range): Range => [a[0] + b[0], a[1] + b[1]];
const scaled = (a: Range, factor: number): Range => [a[0] * factor, a[1] * factor];

/** Counts what attempts of one run took, an item of a step. */
export function timesOfRun(rounds: readonly RoundPlan[]): {
  add(record: AttemptRecord): void;
  means(): Readonly<Record<string, number>>;
} {
  const sums = new Map<string, { seconds: number; items: number }>();
  return {
    add(record) {
      if (record.exitCode !== 0) return;
      const step = rounds[record.round]?.steps.find(each => each.name === record.step);
      // A step that takes a shard or the run has one record for all of its items.
      const items = record.whole ? (step ? step.items / step.shards : 0) : itemsOf(record).length;
      if (items === 0) return;
      const sum = sums.get(record.step) ?? { seconds: 0, items: 0 };
      sum.seconds += (Date.parse(record.endedAt) - Date.parse(record.startedAt)) / 1000;
      sum.items += items;
      sums.set(record.step, sum);
    },
    means: () => Object.fromEntries([...sums].map(([step, { seconds, items }]) => [step, seconds / items])),
  };
}
