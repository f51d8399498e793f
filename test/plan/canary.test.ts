import fc from 'fast-check';
import { workloads } from '../../jobs/index.ts';
import { rapidtide } from '../../jobs/rapidtide/spec.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { wholeOf } from '../../lib/contract/list/bytes.ts';
import type { JobSubmission } from '../../lib/contract/ports/ports.ts';
import { decodeItems } from '../../lib/contract/run/shard-index.ts';
import type { StepSpec } from '../../lib/contract/workload/workload.ts';
import { canaryOf } from '../../lib/plan/canary.ts';
import { planRound } from '../../lib/plan/plan-round.ts';
import { storeRound } from '../../lib/runs/store-round.ts';
import { submitRound } from '../../lib/runs/submit-round.ts';
import { memoryStore } from '../helpers/memory-store.ts';
import { rapidtideLab } from '../helpers/rapidtide-lab.ts';

const config = resolveConfig(rapidtideLab, workloads);
const names = (count: number) => Array.from({ length: count }, (_, n) => ({ name: `p${n}` }));
const planned = (count: number, steps: readonly StepSpec[], request: object, canary: readonly string[]) => {
  const items = names(count);
  return planRound({
    spec: { ...rapidtide, steps },
    config,
    request: { workload: 'rapidtide', parameters: {}, vcpus: 2, ...request },
    runId: 'r',
    round: 0,
    now: new Date(0),
    queues: Object.fromEntries(Object.keys(config.pools).map(pool => [pool, pool])),
    work: Object.fromEntries(steps.map(step => [step.name, [{ items }]])),
    canary,
  });
};
const one: readonly StepSpec[] = [{ name: 'run', takes: 'item' }];

it('is the first, the last, and one between that the seed picks; nothing of four or fewer that are three', () => {
  expect(canaryOf(names(3), '000007')).toEqual([]);
  expect(canaryOf(names(10), '000007')).toEqual(['p0', 'p8', 'p9']);
  expect(canaryOf(names(10), '000008')).toEqual(['p0', 'p1', 'p9']);
});

it('goes first, an item a shard; every other item is there once and waits for it, however it is cut', () => {
  fc.assert(
    fc.property(fc.integer({ min: 4, max: 60 }), fc.integer({ min: 1, max: 9 }), (count, itemsPerShard) => {
      const canary = canaryOf(names(count), '00abcd');
      const { plan, files } = planned(count, one, { itemsPerShard }, canary);
      const [step] = plan.steps;
      const [first, ...rest] = step!.arrays;
      expect(first).toMatchObject({ offset: 0, size: 3, holds: true, after: [] });
      for (const array of rest) expect(array.after).toEqual([{ step: 'run', array: 0 }]);
      const order = decodeItems(wholeOf(files.run!.items)).map(item => item.name);
      expect(order.slice(0, 3)).toEqual(canary);
      expect([...order].sort()).toEqual(
        names(count)
          .map(item => item.name)
          .sort(),
      );
      expect(step!.shards).toBe(3 + Math.ceil((count - 3) / itemsPerShard));
      expect(plan.canary).toEqual(canary);
    }),
  );
});

it('goes on by itself into a step that follows shard by shard, and holds it there too', () => {
  const steps: readonly StepSpec[] = [
    { name: 'archive', takes: 'item' },
    { name: 'verify', takes: 'item', dependsOn: [{ step: 'archive', when: 'each' }] },
    { name: 'report', takes: 'run', dependsOn: ['verify'] },
  ];
  const { plan } = planned(50, steps, {}, ['p0', 'p7', 'p49']);
  const after = (step: string) => plan.steps.find(each => each.name === step)!.arrays.map(each => each.after);
  expect(after('archive')).toEqual([[], [{ step: 'archive', array: 0 }]]);
  expect(after('verify')).toEqual([
    [{ step: 'archive', array: 0, each: true }],
    [
      { step: 'archive', array: 1, each: true },
      { step: 'verify', array: 0 },
    ],
  ]);
  expect(after('report')).toEqual([[{ step: 'verify', array: 1 }]]);
});

it('is no end of a run: whoever is told of the last step is told of what waits for it', async () => {
  const { plan, files } = planned(20, one, {}, ['p0', 'p8', 'p19']);
  const sent: JobSubmission[] = [];
  const batch = {
    submit: async (job: JobSubmission) => ({ jobId: `job-${sent.push(job)}` }),
    findByName: async () => [],
  };
  const store = memoryStore();
  await storeRound(store, plan, files);
  await submitRound({ store, batch: batch as never }, plan, undefined, true);
  expect(sent.map(({ arraySize, parameters }) => [arraySize, parameters?.arraylabLastStep])).toEqual([
    [3, undefined],
    [17, 'yes'],
  ]);
});
