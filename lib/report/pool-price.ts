import type { Market } from '../contract/workload/workload.ts';
import { hourPrice, type JobSize, type PriceTable, type Range, shareOf } from './prices.ts';

export interface PricedPool {
  readonly market: Market;
  readonly instanceTypes: readonly string[];
}

/** USD an hour of a job on the cheapest and on the dearest of a pool's types, with its share of the host. Undefined where one has no price. */
export function jobHour(
  table: PriceTable,
  { market, instanceTypes }: PricedPool,
  size: JobSize,
): Range | undefined {
  const prices = instanceTypes.map(type => {
    const price = hourPrice(table, type, market);
    const share = shareOf(type, size);
    return price && ([price[0] * share, price[1] * share] as const);
  });
  if (prices.length === 0 || prices.includes(undefined)) return undefined;
  return [Math.min(...prices.map(price => price![0])), Math.max(...prices.map(price => price![1]))];
}

/** In between. */
export const likelyHour = (...args: Parameters<typeof jobHour>): number | undefined => {
  const range = jobHour(...args);
  return range && (range[0] + range[1]) / 2;
};
