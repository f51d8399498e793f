import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workloads } from '../../jobs/index.ts';
import { rapidtide } from '../../jobs/rapidtide/spec.ts';
import { estimateText } from '../../lib/cli/output/estimate-text.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { planRound } from '../../lib/plan/plan-round.ts';
import { estimate } from '../../lib/report/estimate.ts';
import { readPrices } from '../../lib/report/prices.ts';
import { rapidtideLab } from '../helpers/rapidtide-lab.ts';

const table = readPrices(readFileSync(join(import.meta.dirname, '../../prices.json'), 'utf8'), 'prices.json');
const config = resolveConfig(
  { ...rapidtideLab, pools: { 'arm64-ondemand': { instanceTypes: ['m7g.4xlarge'] } } },
  workloads,
);
const { plan } = planRound({
  spec: rapidtide,
  config,
  request: { workload: 'rapidtide', parameters: {}, vcpus: 4, memoryMiB: 12_000, timeoutSeconds: 36_000 },
  runId: 'r',
  round: 0,
  now: new Date(0),
  queues: { 'arm64-ondemand': 'q' },
  work: { run: [{ items: Array.from({ length: 100 }, (_, n) => ({ name: `p${n}` })) }] },
});

it('without an earlier run only the time-outs are known: the most that it can cost, and it says so', () => {
  const found = estimate(plan, {}, config, table);
  expect(found).toMatchObject({ isMeasured: false, vcpuHours: [0, 4000] });
  // A quarter of an m7g.4xlarge for 1,000 hours.
  expect(found.dollars['on-demand']![1]).toBeCloseTo(1000 * 0.1632, 6);
  expect(estimateText(found, table).join('\n')).toContain('at most $163 on demand');
  expect(estimateText(found, table).join('\n')).toContain('far too much, as a rule');
});

it('earlier runs narrow it, and it says how many: one is worth less than several', () => {
  const one = estimate(plan, { run: [3600] }, config, table);
  expect(one.vcpuHours).toEqual([300, 500]);
  const two = estimate(plan, { run: [3600, 4500] }, config, table);
  expect(two.vcpuHours).toEqual([400, 500]);
  expect(two.dollars['on-demand']!.map(value => Number(value.toFixed(2)))).toEqual([16.32, 20.4]);
  const [low, high] = two.dollars.spot!;
  expect([low, high]).toEqual([16.32 * 0.3, 20.4 * 0.7].map(value => expect.closeTo(value, 6)));
  expect(estimateText(two, table)[0]).toBe(
    'price  400 to 500 vCPU-hours: $4.90 to $14.28 on spot, $16.32 to $20.40 on demand',
  );
  expect(estimateText(two, table)[1]).toContain('what items took in 2 earlier runs');
});
