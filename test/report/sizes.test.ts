import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttemptRecord } from '../../lib/contract/run/records.ts';
import { hourPrice, readPrices, shareOf } from '../../lib/report/prices.ts';
import { betterSizes, sizeCount } from '../../lib/report/sizes.ts';
import { usageCount } from '../../lib/report/usage.ts';

const prices = readPrices(
  readFileSync(join(import.meta.dirname, '../../prices.json'), 'utf8'),
  'prices.json',
);
const at = (minutes: number): string => new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString();
const record = (more: Partial<AttemptRecord>): AttemptRecord => ({
  version: 2,
  runId: 'r',
  step: 'run',
  round: 0,
  shard: 0,
  jobId: 'j',
  attempt: 1,
  startedAt: at(0),
  endedAt: at(60),
  exitCode: 0,
  host: { hostname: 'h', instanceId: 'i-1', instanceType: 'm7g.4xlarge', market: 'on-demand' },
  lane: {
    pool: 'p',
    jobQueue: '',
    jobDefinition: '',
    vcpus: 4,
    memoryMiB: 16_384,
    timeoutSeconds: 1,
    attempts: 1,
  },
  ...more,
});
const item = (name: string, state: 'done' | 'failed', from: number, to: number, gib = 1, cores = 1) => ({
  name,
  state,
  startedAt: at(from),
  endedAt: at(to),
  peakMemoryBytes: gib * 2 ** 30,
  cpuSeconds: cores * (to - from) * 60,
});

it('hours that came to nothing are those of an attempt but for the items that it finished', () => {
  const count = usageCount(prices, () => ({ market: 'spot', instanceTypes: [] }));
  count.add(record({ items: [item('a', 'done', 0, 60)] }));
  count.add(record({ exitCode: 1, items: [item('b', 'done', 0, 15), item('c', 'failed', 15, 60)] }));
  // The second attempt has what the first had done, too: that was no waste then, and is none of its own.
  count.add(
    record({
      exitCode: 1,
      startedAt: at(60),
      endedAt: at(90),
      items: [item('b', 'done', 0, 15), item('c', 'failed', 60, 90)],
    }),
  );
  const usage = count.usage();
  expect(usage).toMatchObject({ attempts: 3, jobHours: 2.5, vcpuHours: 10, wastedHours: 1.25 });
  // A quarter of an m7g.4xlarge.
  expect(usage.dollars).toBeCloseTo(2.5 * 0.1632, 6);
  expect(usage.wastedDollars).toBeCloseTo(1.25 * 0.1632, 6);
  expect(usage.types).toHaveLength(1);
});

it('a type without a price leaves the sum unknown, never too low', () => {
  const count = usageCount(prices, () => ({ market: 'spot', instanceTypes: [] }));
  count.add(record({}));
  count.add(record({ host: { hostname: 'laptop' } }));
  const usage = count.usage();
  expect(usage.dollars).toBeUndefined();
  expect(usage.types.map(each => [each.type, each.market, each.dollars === undefined])).toEqual([
    ['m7g.4xlarge', 'on-demand', false],
    ['unknown', 'spot', true],
  ]);
});

it('prices scale with the size within a family; spot is a wide guess until it is read', () => {
  expect(hourPrice(prices, 'r7g.2xlarge', 'on-demand')).toEqual([0.4284, 0.4284]);
  const [low, high] = hourPrice(prices, 'm7g.4xlarge', 'spot')!;
  expect([low, high].map(price => Number(price.toFixed(4)))).toEqual([0.1958, 0.457]);
  expect(hourPrice({ ...prices, spot: { 'm7g.4xlarge': 0.25 } }, 'm7g.4xlarge', 'spot')).toEqual([
    0.25, 0.25,
  ]);
  expect(hourPrice(prices, 'p5.48xlarge', 'on-demand')).toBeUndefined();
  expect(shareOf('m7g.4xlarge', { vcpus: 1, memoryMiB: 32 * 1024 })).toBe(0.5);
});

it('sizes are those of what is done, and the line is written only where it changes something', () => {
  const count = sizeCount();
  const items = Array.from({ length: 20 }, (_, n) => item(`p${n}`, 'done', n, n + 1, 1 + n / 10, 1.5));
  count.add(record({ items: [...items, item('bad', 'failed', 0, 60, 60, 4)], scratchPeakBytes: 2 ** 31 }));
  const [sizes] = count.sizes();
  expect(sizes).toMatchObject({
    step: 'run',
    items: 20,
    vcpus: { p50: 1.5, p95: 1.5 },
    scratch: { max: 2 },
    time: { p50: 60, max: 60 },
  });
  expect(sizes!.memory!.max).toBeCloseTo(2.9 * 1024, 3);
  expect(betterSizes(sizes!)).toEqual({ memoryMiB: 4096, vcpus: 2 });
  expect(betterSizes({ ...sizes!, asked: { ...sizes!.asked, memoryMiB: 4096, vcpus: 2 } })).toBeUndefined();
  expect(betterSizes({ ...sizes!, items: 4 })).toBeUndefined();
});
