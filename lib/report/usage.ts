import type { AttemptRecord, ItemRecord } from '../contract/run/records.ts';
import type { Lane } from '../contract/run/run.ts';
import type { Market } from '../contract/workload/workload.ts';
import { hourPrice, type PriceTable, shareOf } from './prices.ts';

/** What attempts have used, by the type of their hosts. Hours are of jobs: a host that is shared or idle costs more or less. */
export interface Usage {
  readonly types: readonly TypeUsage[];
  readonly attempts: number;
  readonly jobHours: number;
  readonly vcpuHours: number;
  /** Of the hours of jobs, those that came to nothing: all of an attempt but for the items that it finished. */
  readonly wastedHours: number;
  /** USD; undefined where the price of a type is not known. */
  readonly dollars?: number;
  readonly wastedDollars?: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface TypeUsage {
  /** `one of <pool>` where the host told none, `unknown` where it was none of the pool's, either: this machine. */
  readonly type: string;
  readonly market: Market;
  readonly attempts: number;
  readonly hosts: number;
  readonly jobHours: number;
  readonly vcpuHours: number;
  readonly wastedHours: number;
  readonly dollars?: number;
  readonly wastedDollars?: number;
}

export interface UsageCount {
  add(record: AttemptRecord): void;
  usage(): Usage;
}

interface Sum {
  type: string;
  market: Market;
  attempts: number;
  jobHours: number;
  vcpuHours: number;
  wastedHours: number;
  dollars: number;
  wastedDollars: number;
  isPriced: boolean;
  readonly hosts: Set<string>;
}

/** What is known of a pool, where an attempt's host did not tell. */
export type PoolOf = (pool: string) => {
  readonly market: Market;
  /** None where jobs run on no host of the pool: on the twin. */
  readonly instanceTypes: readonly string[];
};

/** Counts attempts one after the other: a million of them are a few sums. */
export function usageCount(table: PriceTable, poolOf: PoolOf): UsageCount {
  const sums = new Map<string, Sum>();
  let bytesIn = 0;
  let bytesOut = 0;
  return {
    add(record) {
      const pool = record.lane && poolOf(record.lane.pool);
      const known = record.host?.instanceType;
      const types = known === undefined ? (pool?.instanceTypes ?? []) : [known];
      const type = known ?? (types.length > 0 ? `one of ${record.lane!.pool}` : 'unknown');
      const market = record.host?.market ?? pool?.market ?? 'on-demand';
      const id = `${type} ${market}`;
      const sum = sums.get(id) ?? emptySum(type, market);
      sums.set(id, sum);
      const hours = hoursOf(record);
      const wasted = wastedHours(record, hours);
      const dollars = dollarsAnHour(table, types, market, record.lane);
      sum.attempts++;
      sum.jobHours += hours;
      sum.vcpuHours += hours * (record.lane?.vcpus ?? 0);
      sum.wastedHours += wasted;
      sum.dollars += hours * (dollars ?? 0);
      sum.wastedDollars += wasted * (dollars ?? 0);
      sum.isPriced &&= dollars !== undefined;
      const host = record.host?.instanceId ?? record.host?.hostname;
      if (host !== undefined) sum.hosts.add(host);
      for (const item of itemsOf(record)) {
        bytesIn += item.bytesIn ?? 0;
        bytesOut += item.bytesOut ?? 0;
      }
    },
    usage() {
      const all = [...sums.values()].sort((a, b) => b.jobHours - a.jobHours);
      const total = (of: (sum: Sum) => number): number => all.reduce((so, each) => so + of(each), 0);
      const isPriced = all.length > 0 && all.every(each => each.isPriced);
      return {
        types: all.map(typeUsage),
        attempts: total(each => each.attempts),
        jobHours: total(each => each.jobHours),
        vcpuHours: total(each => each.vcpuHours),
        wastedHours: total(each => each.wastedHours),
        ...(isPriced
          ? { dollars: total(each => each.dollars), wastedDollars: total(each => each.wastedDollars) }
          : {}),
        bytesIn,
        bytesOut,
      };
    },
  };
}

const emptySum = (type: string, market: Market): Sum => ({
  type,
  market,
  attempts: 0,
  jobHours: 0,
  vcpuHours: 0,
  wastedHours: 0,
  dollars: 0,
  wastedDollars: 0,
  isPriced: true,
  hosts: new Set(),
});

function typeUsage({ hosts, isPriced, dollars, wastedDollars, ...rest }: Sum): TypeUsage {
  return { ...rest, hosts: hosts.size, ...(isPriced ? { dollars, wastedDollars } : {}) };
}

export const itemsOf = (record: AttemptRecord): readonly ItemRecord[] =>
  record.items ?? (record.whole ? [record.whole] : []);

const hourMs = 3_600_000;
const hoursOf = ({ startedAt, endedAt }: { readonly startedAt: string; readonly endedAt: string }): number =>
  Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) / hourMs;

/** All of an attempt that did not end well, but for the items that it has finished: no later one does them again. */
function wastedHours(record: AttemptRecord, hours: number): number {
  if (record.exitCode === 0) return 0;
  const useful = itemsOf(record)
    .filter(item => item.state === 'done' && item.startedAt && item.endedAt)
    // What an earlier attempt has finished is in this record, too.
    .filter(item => item.startedAt! >= record.startedAt)
    .reduce((sum, item) => sum + hoursOf({ startedAt: item.startedAt!, endedAt: item.endedAt! }), 0);
  return Math.max(0, hours - useful);
}

function dollarsAnHour(
  table: PriceTable,
  types: readonly string[],
  market: Market,
  lane: Lane | undefined,
): number | undefined {
  const prices = types.map(type => hourPrice(table, type, market));
  if (!lane || prices.length === 0 || prices.includes(undefined)) return undefined;
  const shares = prices.map((price, index) => ((price![0] + price![1]) / 2) * shareOf(types[index]!, lane));
  return (shares.reduce((sum, each) => sum + each, 0) / shares.length) * (lane.nodes ?? 1);
}
