import { resolveConfig } from '../../lib/config/resolve-config.ts';
import type { Lane } from '../../lib/contract/run/run.ts';
import type { WorkloadSpec } from '../../lib/contract/workload/workload.ts';
import type { Entry } from '../../lib/ledger/entries.ts';
import { groupsByCause } from '../../lib/runs/by-cause.ts';
import type { RetryChanges } from '../../lib/runs/retry-request.ts';

const spec: WorkloadSpec = {
  name: 'fake',
  title: 'fake',
  item: { one: 'item', many: 'items' },
  parameters: [],
  resources: { vcpus: 2, memoryMiB: 4000, timeoutSeconds: 3600, attempts: 2 },
  pools: ['x86-spot', 'x86-ondemand'],
  image: { context: 'containers/fake', architectures: ['x86_64'] },
  mounts: [],
  scratchGiB: 1,
  steps: [{ name: 'run', takes: 'item' }],
};
const sizes = (own: WorkloadSpec = spec) => ({
  spec: own,
  config: resolveConfig({ workloads: { fake: {} } }, [own]),
  request: { workload: 'fake', parameters: {} },
  queues: { 'x86-spot': 'spot', 'x86-ondemand': 'calm' },
});
const lane: Lane = {
  pool: 'x86-spot',
  jobQueue: 'spot',
  jobDefinition: 'd',
  vcpus: 2,
  memoryMiB: 4000,
  timeoutSeconds: 3600,
  attempts: 2,
};
const memory = { reason: 'OutOfMemoryError: container killed' };
const time = { reason: 'Job attempt duration exceeded timeout' };
const spot = { reason: 'Host EC2 (instance i-1) terminated.', attempts: 2 };
const ended = (more: Partial<Entry>): Entry => ({
  item: { name: 'a' },
  state: 'failed',
  round: 0,
  attempts: 1,
  lane,
  ...more,
});
const change = (entry: Partial<Entry>, changes: RetryChanges = {}, own = spec) =>
  groupsByCause(sizes(own), own.steps[0]!, [ended(entry)], changes)[0]!.change;

it.each<[string, Partial<Entry>, object]>([
  ['out of memory: twice of it', memory, { memoryMiB: 8000 }],
  [
    'no more than a host of its pool gives',
    { ...memory, lane: { ...lane, memoryMiB: 100_000 } },
    { memoryMiB: 124_518 },
  ],
  ['a timeout: twice the time', time, { timeoutSeconds: 7200 }],
  ['reclaimed once: again on spot', { ...spot, attempts: 1 }, {}],
  ['reclaimed twice: on demand', spot, { pool: 'x86-ondemand' }],
  ['a failing tool: nothing', { exitCode: 64, reason: 'exit code 3' }, {}],
  ['what never began: nothing', { ...memory, state: 'blocked', attempts: 0 }, {}],
  [
    'what an earlier retry gave is kept, whatever comes then',
    { round: 1, reason: 'exit code 3', lane: { ...lane, memoryMiB: 8000, pool: 'x86-ondemand' } },
    { memoryMiB: 8000, pool: 'x86-ondemand' },
  ],
  ['and doubled again', { ...memory, round: 1, lane: { ...lane, memoryMiB: 8000 } }, { memoryMiB: 16_000 }],
  ['a pool that the lab has no more is not kept', { round: 1, lane: { ...lane, pool: 'gone' } }, {}],
])('%s', (_, entry, expected) => expect(change(entry)).toEqual(expected));

it('what the user asks for, and what the workload says, go before', () => {
  expect(change(memory, { memory: [{ times: 3 }] })).toEqual({});
  expect(change(spot, { pool: 'x86-spot' })).toEqual({});
  const own = { ...spec, onCause: { 'out-of-memory': { memory: 'x3' } } } as const satisfies WorkloadSpec;
  expect(change(memory, {}, own)).toEqual({ memoryMiB: 12_000 });
});

it('items of one cause are one group', () => {
  const names = (entries: readonly Entry[]) =>
    groupsByCause(sizes(), spec.steps[0]!, entries, {}).map(group => group.items.map(item => item.name));
  const named = (name: string, more: Partial<Entry>): Entry => ({ ...ended(more), item: { name } });
  expect(
    names([named('a', memory), named('b', time), named('c', memory), named('d', { reason: 'x' })]),
  ).toEqual([['a', 'c'], ['b'], ['d']]);
});
