import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { expandRange } from '../../lib/contract/list/range.ts';
import type { Item, StepSpec, WorkloadSpec } from '../../lib/contract/workload/workload.ts';
import { planRound } from '../../lib/plan/plan-round.ts';

const spec = (name: string, steps: readonly StepSpec[]): WorkloadSpec => ({
  name,
  title: name,
  item: { one: 'item', many: 'items' },
  parameters: [],
  resources: { vcpus: 2, memoryMiB: 4000, timeoutSeconds: 3600, attempts: 2 },
  pools: ['x86-ondemand'],
  image: { context: `containers/${name}`, architectures: ['x86_64'] },
  mounts: [],
  scratchGiB: 10,
  steps,
});
const plan = (workload: WorkloadSpec, items: readonly Item[], request: object = {}) =>
  planRound({
    spec: workload,
    config: resolveConfig({ workloads: { [workload.name]: {} } }, [workload]),
    request: { workload: workload.name, parameters: {}, ...request },
    runId: 'r',
    round: 0,
    now: new Date(0),
    queues: { 'x86-ondemand': 'queue' },
    work: Object.fromEntries(workload.steps.map(step => [step.name, [{ items }]])),
  }).plan;
const named = (count: number): Item[] => Array.from({ length: count }, (_, index) => ({ name: `i${index}` }));
const shape = (steps: ReturnType<typeof plan>['steps']) =>
  steps.map(step => [
    step.name,
    step.shards,
    step.arrays.map(each => each.size),
    step.dependsOn.map(edge => edge.step),
  ]);

it('one step over participants is one array', () => {
  expect(shape(plan(spec('rapid', [{ name: 'run', takes: 'item' }]), named(6)).steps)).toEqual([
    ['run', 6, [6], []],
  ]);
});

it('one participant is a plain job', () => {
  expect(plan(spec('rapid', [{ name: 'run', takes: 'item' }]), named(1)).steps[0]!.arrays).toMatchObject([
    { size: 1, offset: 0 },
  ]);
});

it('plates are archived, then verified', () => {
  const steps: StepSpec[] = [
    { name: 'verify', takes: 'item', dependsOn: ['archive'] },
    { name: 'archive', takes: 'item' },
  ];
  expect(shape(plan(spec('plates', steps), named(3)).steps)).toEqual([
    ['archive', 3, [3], []],
    ['verify', 3, [3], ['archive']],
  ]);
});

it('samples are created for, stored in tens, consolidated and verified', () => {
  const steps: StepSpec[] = [
    { name: 'create', takes: 'run' },
    { name: 'store', takes: 'shard', itemsPerShard: 10, dependsOn: ['create'] },
    { name: 'consolidate', takes: 'run', dependsOn: ['store'] },
    { name: 'verify', takes: 'item', dependsOn: ['consolidate'] },
  ];
  expect(shape(plan(spec('vcf', steps), named(25)).steps)).toEqual([
    ['create', 1, [1], []],
    ['store', 3, [3], ['create']],
    ['consolidate', 1, [1], ['store']],
    ['verify', 25, [25], ['consolidate']],
  ]);
});

it('groups of a step that follow each other are arrays that wait for the one before; what comes after waits for the last', () => {
  const steps: StepSpec[] = [
    { name: 'create', takes: 'run' },
    {
      name: 'store',
      takes: 'shard',
      itemsPerShard: 10,
      inTurn: 'incremental',
      main: true,
      dependsOn: ['create'],
    },
    { name: 'consolidate', takes: 'run', dependsOn: ['store'] },
  ];
  const { steps: planned } = plan(spec('vcf', steps), named(30), {
    parameters: { incremental: '3' },
    shards: 2,
  });
  expect(
    planned[1]!.arrays.map(({ offset, size, after }) => [
      offset,
      size,
      after.map(each => `${each.step} ${each.array}`),
    ]),
  ).toEqual([
    [0, 2, ['create 0']],
    [2, 2, ['create 0', 'store 0']],
    [4, 2, ['create 0', 'store 1']],
  ]);
  expect(planned[2]!.arrays[0]!.after).toEqual([{ step: 'store', array: 2 }]);
});

it('months are a range', () => {
  const months = expandRange('2019-01..2019-12')!.map(name => ({ name }));
  expect(plan(spec('noise', [{ name: 'stack', takes: 'item' }]), months).steps[0]!.items).toBe(12);
});

it('more than 10,000 shards are several arrays that cover them all', () => {
  const [step] = plan(spec('many', [{ name: 'run', takes: 'item' }]), named(25_001)).steps;
  expect(step!.arrays.map(each => each.size).reduce((a, b) => a + b)).toBe(25_001);
  expect(
    step!.arrays.every(
      (each, index, all) =>
        each.offset === all.slice(0, index).reduce((sum, one) => sum + one.size, 0) && each.size <= 10_000,
    ),
  ).toBe(true);
});

it('the same input gives the same plan', () => {
  const workload = spec('same', [{ name: 'run', takes: 'item' }]);
  expect(plan(workload, named(9), { shards: 4 })).toEqual(plan(workload, named(9), { shards: 4 }));
});

it('what fits no host is refused before anything is submitted, with the largest host named', () => {
  expect(() => plan(spec('big', [{ name: 'run', takes: 'item' }]), named(2), { memoryMiB: 900_000 })).toThrow(
    /fit no host of pool x86-ondemand[\s\S]*r7i.4xlarge/,
  );
});
