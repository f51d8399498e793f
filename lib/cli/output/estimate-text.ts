import type { Estimate } from '../../report/estimate.ts';
import type { PriceTable, Range } from '../../report/prices.ts';

/** What a plan would take and cost, for a person: what it is reckoned from, and what is left out. */
export function estimateText(estimate: Estimate, table: PriceTable): readonly string[] {
  const { isMeasured, runs, vcpuHours, dollars } = estimate;
  const markets = (['spot', 'on-demand'] as const).flatMap(market => {
    const range = dollars[market];
    return range
      ? [`${rangeText(range, isMeasured, usd)} ${market === 'spot' ? 'on spot' : 'on demand'}`]
      : [];
  });
  return [
    `price  ${rangeText(vcpuHours, isMeasured, hours)} vCPU-hours: ${markets.length > 0 ? markets.join(', ') : 'no price is known of an instance type of the pool: npx lab prices --refresh'}`,
    `       by ${isMeasured ? `what items took in ${runs === 1 ? 'an earlier run' : `${runs} earlier runs`}` : 'the time-outs, as nothing of it has run here yet: far too much, as a rule'}, and prices of ${table.date} (${table.region})`,
    '       without time in which hosts start or are not full, retries, volumes, requests, storage and transfer',
  ];
}

const rangeText = ([low, high]: Range, isMeasured: boolean, text: (value: number) => string): string => {
  if (!isMeasured) return `at most ${text(high)}`;
  return text(low) === text(high) ? text(low) : `${text(low)} to ${text(high)}`;
};
const usd = (value: number): string =>
  `$${value.toLocaleString('en-US', value < 100 ? { minimumFractionDigits: 2, maximumFractionDigits: 2 } : { maximumFractionDigits: 0 })}`;
const hours = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : 0 });
