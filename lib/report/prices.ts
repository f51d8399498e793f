import { instanceType } from '../contract/hosts/instance-types.ts';
import { LabError } from '../contract/workload/errors.ts';
import type { Market } from '../contract/workload/workload.ts';

/** `prices.json`: USD an hour of an instance (Linux) by its type, as of a day and of one region. */
export interface PriceTable {
  /** ISO 8601, as much of it as is known. */
  readonly date: string;
  readonly region: string;
  readonly source: string;
  readonly onDemand: Readonly<Record<string, number>>;
  /** What the market asked on that day; empty where it was not read. */
  readonly spot: Readonly<Record<string, number>>;
}

/** From, to. */
export type Range = readonly [number, number];

/** What spot instances cost of the on-demand price where the market was not asked: an assumption, wide on purpose. */
export const spotShare: Range = [0.3, 0.7];

/** Reads a table of prices. Throws LabError for what is none. */
export function readPrices(text: string, where: string): PriceTable {
  const table = JSON.parse(text) as Partial<PriceTable>;
  const isMap = (value: unknown): value is Record<string, number> =>
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every(price => typeof price === 'number' && price > 0);
  if (typeof table.date === 'string' && typeof table.region === 'string' && isMap(table.onDemand))
    return { source: '', spot: {}, ...table } as PriceTable;
  throw new LabError({
    where,
    message: 'is no table of prices',
    fix: 'npx lab prices --refresh, which writes it',
  });
}

/** USD an hour of an instance; sizes of one family cost by their vCPUs. Undefined where the family is not in the table. */
export function hourPrice(table: PriceTable, type: string, market: Market): Range | undefined {
  const listed = ofFamily(table.onDemand, type);
  if (market === 'on-demand') return listed === undefined ? undefined : [listed, listed];
  const asked = table.spot[type];
  if (asked !== undefined) return [asked, asked];
  return listed === undefined ? undefined : [listed * spotShare[0], listed * spotShare[1]];
}

function ofFamily(prices: Readonly<Record<string, number>>, type: string): number | undefined {
  if (prices[type] !== undefined) return prices[type];
  const vcpus = instanceType(type)?.vcpus;
  const family = `${type.split('.')[0]}.`;
  const known = Object.keys(prices).find(each => each.startsWith(family));
  const knownVcpus = known && instanceType(known)?.vcpus;
  return vcpus && knownVcpus ? (prices[known]! * vcpus) / knownVcpus : undefined;
}

/** The part of an instance that a job of this size takes: of what it takes most of. */
export function shareOf(type: string, { vcpus, memoryMiB }: JobSize): number {
  const host = instanceType(type);
  return host ? Math.min(1, Math.max(vcpus / host.vcpus, memoryMiB / host.memoryMiB)) : 1;
}

export interface JobSize {
  readonly vcpus: number;
  readonly memoryMiB: number;
}
