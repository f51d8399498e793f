import { resolveConfig } from '../../lib/config/resolve-config.ts';
import type { RoundPlan } from '../../lib/contract/run/run.ts';
import type { Item, StepSpec, WorkloadSpec } from '../../lib/contract/workload/workload.ts';
import type { Group } from '../../lib/plan/cut-step.ts';
import { planRound } from '../../lib/plan/plan-round.ts';
import { newestLane, retryRequest } from '../../lib/runs/retry-request.ts';
import { workLeft } from '../../lib/runs/work-left.ts';
import { type SeenShard, ledgerOf as seen } from '../helpers/ledger-of.ts';

const workload = (steps: readonly StepSpec[]): WorkloadSpec => ({
  name: 'fake',
  title: 'fake',
  item: { one: 'plate', many: 'plates' },
  parameters: [],
  resources: { vcpus: 2, memoryMiB: 4000, timeoutSeconds: 3600, attempts: 2 },
  pools: ['x86-ondemand'],
  image: { context: 'containers/fake', architectures: ['x86_64'] },
  mounts: [],
  scratchGiB: 1,
  steps,
});
const items = (...names: string[]): Item[] => names.map(name => ({ name }));
const plan = (spec: WorkloadSpec, work: Record<string, readonly Group[]>, round = 0, request: object = {}) =>
  planRound({
    spec,
    config: resolveConfig({ workloads: { fake: {} } }, [spec]),
    request: { workload: 'fake', parameters: {}, ...request },
    runId: 'r',
    round,
    now: new Date(0),
    queues: { 'x86-ondemand': 'queue' },
    work,
  }).plan;

/** Shards of a round as a ledger reads them, one item each. */
function shards(
  round: RoundPlan,
  step: string,
  list: readonly Item[],
  states: Record<string, Partial<SeenShard>>,
) {
  return list.map(
    (item): SeenShard => ({
      round: round.round,
      step,
      items: [item],
      done: true,
      attempts: 1,
      status: 'SUCCEEDED',
      ...states[item.name],
    }),
  );
}
const failed = { done: false, status: 'FAILED', exitCode: 64 } as const;
const blocked = { done: false, status: 'FAILED', attempts: 0, ended: 'Dependent Job failed' } as const;

describe('plates: archive, then verify plate by plate, then seal', () => {
  const spec = workload([
    { name: 'archive', takes: 'item' },
    { name: 'verify', takes: 'item', dependsOn: [{ step: 'archive', when: 'each' }] },
    { name: 'seal', takes: 'item', dependsOn: [{ step: 'verify', when: 'each' }] },
  ]);
  const plates = items('a', 'b', 'c');
  const first = plan(spec, {
    archive: [{ items: plates }],
    verify: [{ items: plates }],
    seal: [{ items: plates }],
  });
  const oneBad = seen(
    [
      ...shards(first, 'archive', plates, { b: failed }),
      ...shards(first, 'verify', plates, { b: blocked }),
      ...shards(first, 'seal', plates, { b: blocked }),
    ],
    { rounds: [first], items: plates, steps: spec.steps },
  );

  it('an array waits for the other child by child', () =>
    expect(first.steps.map(step => step.arrays[0]!.after)).toEqual([
      [],
      [{ step: 'archive', array: 0, each: true }],
      [{ step: 'verify', array: 0, each: true }],
    ]));

  it('one bad plate holds no other, and fails once, at its cause', () => {
    expect(oneBad.counts).toMatchObject({ done: 2, failed: 1, blocked: 0 });
    expect(oneBad.rows.at(1)).toMatchObject({ name: 'b', state: 'failed', step: 'archive' });
    expect(
      oneBad.steps.map(({ step, counts }) => [step, counts.done, counts.failed, counts.blocked]),
    ).toEqual([
      ['archive', 2, 1, 0],
      ['verify', 2, 0, 1],
      ['seal', 2, 0, 1],
    ]);
  });

  it('a retry does the bad plate again in every step, and nothing else', () => {
    const left = workLeft(spec, oneBad, {});
    expect(
      Object.entries(left).map(([step, entries]) => [step, entries.map(entry => entry.item.name)]),
    ).toEqual([
      ['archive', ['b']],
      ['verify', ['b']],
      ['seal', ['b']],
    ]);
  });

  it('what is open in the later step alone has an array of its own that waits for nothing', () => {
    const next = plan(spec, { archive: [{ items: items('b') }], verify: [{ items: items('a', 'b') }] }, 1);
    expect(next.steps[1]!.arrays.map(({ offset, size, after }) => ({ offset, size, after }))).toEqual([
      { offset: 0, size: 1, after: [{ step: 'archive', array: 0 }] },
      { offset: 1, size: 1, after: [] },
    ]);
  });
});

describe('months over days that are stacked whatever became of them', () => {
  const spec = workload([
    { name: 'day', takes: 'item' },
    { name: 'stack', takes: 'item', dependsOn: [{ step: 'day', when: 'ended' }] },
  ]);
  const months = items('2019-01', '2019-02');
  const days = ['2019-01-30', '2019-01-31', '2019-02-01'].map(name => ({ name, of: name.slice(0, 7) }));
  const first = plan(spec, { day: [{ items: days }], stack: [{ items: months }] });
  const ledgerOf = (rounds: readonly RoundPlan[], states: readonly SeenShard[]) =>
    seen(states, { rounds, items: months, steps: spec.steps });
  const badDay = [
    ...shards(first, 'day', days, { '2019-01-31': failed }),
    ...shards(first, 'stack', months, {}),
  ];

  it('the step whose end is waited for succeeds in Batch whatever its tools do', () =>
    expect(first.steps.map(step => step.soft ?? false)).toEqual([true, false]));

  it('the ledger speaks of months, and says which day failed', () => {
    const { rows, counts } = ledgerOf([first], badDay);
    expect(counts).toMatchObject({ done: 1, failed: 1 });
    expect(rows.at(0)).toMatchObject({ name: '2019-01', state: 'failed', step: 'day' });
    expect(rows.at(0)!.steps[0]!.parts).toEqual({ total: 2, done: 1, failed: ['2019-01-31'] });
  });

  it('the day is done again and the month that was stacked without it, and no other', () => {
    const left = workLeft(spec, ledgerOf([first], badDay), {});
    expect(
      Object.entries(left).map(([step, entries]) => [step, entries.map(entry => entry.item.name)]),
    ).toEqual([
      ['day', ['2019-01-31']],
      ['stack', ['2019-01']],
    ]);
  });

  it('one day of the step is done again by its name, with its month behind it, and no other day of that', () => {
    const twoBad = [
      ...shards(first, 'day', days, { '2019-01-30': failed, '2019-01-31': failed }),
      ...shards(first, 'stack', months, {}),
    ];
    const ledger = ledgerOf([first], twoBad);
    const left = workLeft(spec, ledger, { step: 'day', names: ['2019-01-31'] });
    expect(
      Object.entries(left).map(([step, entries]) => [step, entries.map(entry => entry.item.name)]),
    ).toEqual([
      ['day', ['2019-01-31']],
      ['stack', ['2019-01']],
    ]);
  });

  it('a month that was stacked before its day was done anew is not done', () => {
    const next = plan(spec, { day: [{ items: [days[1]!] }] }, 1);
    const { rows } = ledgerOf([first, next], [...badDay, ...shards(next, 'day', [days[1]!], {})]);
    expect(rows.map(row => [row.name, row.state, row.step])).toEqual([
      ['2019-01', 'waiting', 'stack'],
      ['2019-02', 'done', 'stack'],
    ]);
  });
});

describe('sizes', () => {
  const spec = workload([
    { name: 'create', takes: 'run', resources: { memoryMiB: 2000 } },
    { name: 'store', takes: 'shard', main: true, dependsOn: ['create'] },
  ]);
  const work = { create: [{ items: items('a') }], store: [{ items: items('a') }] };
  const memory = (round: RoundPlan) => round.steps.map(step => step.lanes[0]!.memoryMiB);

  it('what is asked for is for the main step, or for the step that is named', () => {
    expect(memory(plan(spec, work, 0, { memoryMiB: 8000 }))).toEqual([2000, 8000]);
    expect(memory(plan(spec, work, 0, { sizes: { create: { memoryMiB: 3000 } } }))).toEqual([3000, 4000]);
  });

  it('a step that is held to its pool stays there, whatever pool is asked for', () => {
    const held = {
      ...workload([
        { name: 'create', takes: 'run', kind: 'held', pool: 'x86-ondemand' },
        { name: 'store', takes: 'shard', dependsOn: ['create'] },
      ]),
      kinds: { held: {} },
      pools: ['x86-ondemand', 'x86-spot'],
    };
    const asked = (request: object) =>
      planRound({
        spec: held,
        config: resolveConfig({ workloads: { fake: {} } }, [held]),
        request: { workload: 'fake', parameters: {}, ...request },
        runId: 'r',
        round: 0,
        now: new Date(0),
        queues: { 'x86-ondemand': 'queue', 'x86-spot': 'spot' },
        work,
      }).plan.steps.map(step => step.lanes[0]!.pool);
    expect(asked({ pool: 'x86-spot' })).toEqual(['x86-ondemand', 'x86-spot']);
    expect(() => asked({ pool: 'x86-spt' })).toThrow(/has no pool "x86-spt"[\s\S]*did you mean x86-spot/);
  });

  it('x2 doubles what each step had, and the next retry goes on from there', () => {
    const first = plan(spec, work);
    const second = plan(spec, work, 1, retryRequest(spec, [first], { memory: [{ times: 2 }] }));
    const third = plan(spec, work, 2, retryRequest(spec, [first, second], { memory: [{ times: 2 }] }));
    expect([first, second, third].map(memory)).toEqual([
      [2000, 4000],
      [4000, 8000],
      [8000, 16000],
    ]);
    expect(newestLane([first, second], 'store')!.memoryMiB).toBe(8000);
  });

  it('items that ended of one cause get a lane of their own', () => {
    const groups = [{ items: items('a') }, { items: items('b'), change: { memoryMiB: 9000 } }];
    const [, store] = plan(spec, { create: [{ items: items('a', 'b') }], store: groups }).steps;
    expect(store!.lanes.map(lane => lane.memoryMiB)).toEqual([4000, 9000]);
    expect(store!.arrays.map(array => array.lane)).toEqual([0, 1]);
  });

  it.each([
    [200_001, 1, 2],
    // Seven arrays each of 66,667 shards would be one too many.
    [133_333, 3, 3],
  ])(
    'what waits for more arrays than a job can is refused: %d items in each of %d steps, %d a shard fit',
    (count, before, fit) => {
      const many = Array.from({ length: count }, (_, index) => ({ name: String(index) }));
      const names = Array.from({ length: before }, (_, index) => `s${index}`);
      const spec = workload([
        ...names.map((name): StepSpec => ({ name, takes: 'item' })),
        { name: 'report', takes: 'run', dependsOn: names },
      ]);
      const work = Object.fromEntries([...names, 'report'].map(name => [name, [{ items: many }]]));
      expect(() => plan(spec, work)).toThrow(
        expect.objectContaining({
          problems: [expect.objectContaining({ fix: expect.stringContaining(`--items-per-shard ${fit},`) })],
        }),
      );
      const after = (itemsPerShard: number) =>
        plan(spec, work, 0, { itemsPerShard }).steps.at(-1)!.arrays[0]!.after;
      expect(after(fit).length).toBeLessThanOrEqual(20);
      expect(() => after(fit - 1)).toThrow();
    },
  );

  it('long names of steps keep the numbers of their arrays', () => {
    const long = workload([{ name: 's'.repeat(120), takes: 'item' }]);
    const many = Array.from({ length: 10_001 }, (_, index) => ({ name: String(index) }));
    const names = plan(long, { ['s'.repeat(120)]: [{ items: many }] }).steps[0]!.arrays.map(
      each => each.jobName,
    );
    expect(new Set(names).size).toBe(2);
    expect(names.every(name => name.length <= 128)).toBe(true);
  });
});
