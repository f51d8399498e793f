import fc from 'fast-check';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { LabError } from '../../lib/contract/workload/errors.ts';
import type { WorkloadSpec } from '../../lib/contract/workload/workload.ts';
import { planRound } from '../../lib/plan/plan-round.ts';

const spec: WorkloadSpec = {
  name: 'sized',
  title: 'sized',
  item: { one: 'item', many: 'items' },
  parameters: [],
  resources: { vcpus: 16, memoryMiB: 32_000, timeoutSeconds: 3600, attempts: 2 },
  pools: ['x86-ondemand'],
  image: { context: 'containers/sized', architectures: ['x86_64'] },
  mounts: [],
  scratchGiB: 20,
  steps: [{ name: 'run', takes: 'item' }],
};

/** What was refused, in words that both say: numbers of jobs and GiB, vCPUs, hosts. */
const said = (work: () => unknown): readonly string[] => {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return error.problems.map(({ message }) => message);
  }
};
const configured = (sizes: object) => () =>
  resolveConfig({ workloads: { sized: { resources: sizes } } }, [spec]);
const submitted = (sizes: object) => () =>
  planRound({
    spec,
    config: resolveConfig({ workloads: { sized: {} } }, [spec]),
    request: { workload: 'sized', parameters: {}, ...sizes },
    runId: 'r',
    round: 0,
    now: new Date(0),
    queues: { 'x86-ondemand': 'queue' },
    work: { run: [{ items: [{ name: 'a' }] }] },
  });

it('sizes that lab.config.ts may not have, a submission may not have either, and the other way round', () => {
  const outcomes = new Set<boolean>();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 300_000 }), (vcpus, memoryMiB) => {
      const refused = said(configured({ vcpus, memoryMiB })).length > 0;
      outcomes.add(refused);
      expect(said(submitted({ vcpus, memoryMiB })).length > 0).toBe(refused);
    }),
    { numRuns: 300 },
  );
  expect(outcomes.size).toBe(2);
});

it('jobs that are so small that a host holds more of them than its scratch has room for are refused by both', () => {
  const small = { vcpus: 1, memoryMiB: 1024 };
  for (const work of [configured(small), submitted(small)])
    expect(said(work)[0]).toMatch(/m7i\.4xlarge.* 196 GiB .*free, .*16 jobs .* 320$/);
});
