import { TerminateJobCommand } from '@aws-sdk/client-batch';
import fc from 'fast-check';
import { instanceType, usableMemoryMiB } from '../../../lib/contract/hosts/instance-types.ts';
import { Fleet, type Host } from '../../../lib/twin/batch/fleet.ts';
import { type BatchPace, defaultPace } from '../../../lib/twin/batch/pace.ts';
import type { JobSpec } from '../../../lib/twin/batch/types.ts';
import { type Clock, realClock } from '../../../lib/twin/clock.ts';
import type { ComputeEnvironment, TwinStack } from '../../../lib/twin/template/twin-stack.ts';
import { ended, resources, startTestBatch, type TestBatch } from './helper.ts';
import { manualClock } from './manual-clock.ts';

let twin: TestBatch | undefined;
afterEach(async () => {
  await twin?.stop();
  twin = undefined;
});

const pool = (given: Partial<ComputeEnvironment>, timeLimits: readonly string[] = []): TwinStack => ({
  ...resources,
  queues: resources.queues.map(queue => ({
    ...queue,
    timeLimits: timeLimits.map(reason => ({ reason, maxTimeSeconds: 600 })),
  })),
  computeEnvironments: [{ ...resources.computeEnvironments[0]!, ...given }],
});
const needs = (vcpus: number, memoryMiB: number) => ({
  containerOverrides: {
    resourceRequirements: [
      { type: 'VCPU' as const, value: String(vcpus) },
      { type: 'MEMORY' as const, value: String(memoryMiB) },
    ],
  },
});
const tooMuchMemory =
  'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is higher than that can be met by the CE(s) attached to the job queue.';
const tooManyCpus =
  'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet the CPU requirement of the job.';

it.each([
  ['more memory than the largest type registers', needs(1, 15_565), tooMuchMemory],
  ['more vCPUs than the largest type has', needs(5, 100), tooMuchMemory],
  ['more vCPUs than maxvCpus', needs(17, 100), tooManyCpus],
])(
  'a job with %s stays RUNNABLE with the reason, and blocks its queue until it is ended',
  async (_, more, statusReason) => {
    twin = await startTestBatch();
    const id = await twin.submit(['ok'], more);
    const behind = await twin.submit(['ok']);
    const waiting = await twin.until(behind, 'RUNNABLE');
    expect(await twin.describe(id)).toMatchObject({ status: 'RUNNABLE', statusReason });
    expect(waiting.statusReason).toBeUndefined();
    await twin.client.send(new TerminateJobCommand({ jobId: id, reason: 'never' }));
    await twin.until(behind, 'SUCCEEDED');
  },
);

it('what just fits a host of the pool runs', async () => {
  twin = await startTestBatch({ cpus: 1, memoryMiB: 10 });
  await twin.until(await twin.submit(['ok'], needs(4, 15_564)), 'SUCCEEDED');
});

it('a job-state time limit cancels the head of the queue, child after child, and lets through what is behind', async () => {
  const code = 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT';
  twin = await startTestBatch({ resources: pool({}, [code]), pace: { secondMs: 0.1 } });
  const id = await twin.submit(['ok'], { ...needs(1, 60_000), arrayProperties: { size: 3 } });
  const behind = await twin.submit(['ok']);
  await twin.until(`${id}:0`, 'FAILED');
  expect((await twin.describe(`${id}:2`)).status).toBe('RUNNABLE');
  await twin.until(behind, 'SUCCEEDED');
  expect(await twin.describe(id)).toMatchObject({
    status: 'FAILED',
    arrayProperties: { statusSummary: { FAILED: 3 } },
  });
  expect(await twin.describe(`${id}:2`)).toMatchObject({
    status: 'FAILED',
    statusReason: `Canceled by JobStateTimeLimit action due to reason: ${code}`,
    attempts: [],
  });
});

it('a time limit for another reason does nothing', async () => {
  const code = 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY';
  twin = await startTestBatch({ resources: pool({}, [code]), pace: { secondMs: 0.01 } });
  const id = await twin.submit(['ok'], needs(1, 60_000));
  await new Promise(resolve => setTimeout(resolve, 60));
  expect(await twin.describe(id)).toMatchObject({ status: 'RUNNABLE', statusReason: tooMuchMemory });
});

it('maxvCpus limits how many run at once where the machine has more', async () => {
  twin = await startTestBatch({ resources: pool({ maxvCpus: 8 }), cpus: 1000, memoryMiB: 1e6 });
  await twin.until(await twin.submit(['ok'], { ...needs(2, 100), arrayProperties: { size: 50 } }), ...ended);
  expect(twin.most()).toBe(4);
});

it('hosts never hold more than they have, and environments never more than maxvCpus', () => {
  const environment: ComputeEnvironment = {
    ...resources.computeEnvironments[0]!,
    instanceTypes: ['m7g.xlarge', 'r7g.2xlarge', 'c7g.4xlarge'],
    maxvCpus: 40,
  };
  const specs = fc.record({
    vcpus: fc.integer({ min: 1, max: 16 }),
    memoryMiB: fc.integer({ min: 4, max: 62_000 }),
  });
  const steps = fc.array(fc.tuple(specs, fc.nat()), { maxLength: 60 });
  const types = environment.instanceTypes.map(name => instanceType(name)!);
  fc.assert(
    fc.property(steps, list => {
      const fleet = new Fleet({
        resources: { ...resources, computeEnvironments: [environment] },
        clock: realClock(),
        pace: defaultPace,
      });
      const placed: [Host, JobSpec][] = [];
      for (const [{ vcpus, memoryMiB }, choice] of list) {
        const spec = { queue: 'queue', vcpus, memoryMiB } as JobSpec;
        const host = fleet.place(spec);
        const canFit = types.some(type => type.vcpus >= vcpus && usableMemoryMiB(type) >= memoryMiB);
        if (!canFit) expect(host).toBeUndefined();
        if (placed.length === 0 && canFit) expect(host).toBeDefined();
        if (host) placed.push([host, spec]);
        if (choice % 3 === 0 && placed.length > 0)
          fleet.leave(...placed.splice(choice % placed.length, 1)[0]!);
        const hosts = [...new Set(placed.map(([each]) => each))];
        for (const each of hosts) {
          expect(each.freeVcpus).toBeGreaterThanOrEqual(0);
          expect(each.freeMemoryMiB).toBeGreaterThanOrEqual(0);
        }
        expect(hosts.reduce((sum, each) => sum + each.vcpus, 0)).toBeLessThanOrEqual(40);
      }
    }),
  );
});

describe('a fleet', () => {
  const types = ['m7g.xlarge', 'r7g.2xlarge', 'c7g.4xlarge'];
  const environment = { ...resources.computeEnvironments[0]!, instanceTypes: types, maxvCpus: 40 };
  const fleetOf = (clock: Clock, given: Partial<BatchPace> = {}, seed?: number): Fleet =>
    new Fleet({
      resources: { ...resources, computeEnvironments: [environment] },
      clock,
      pace: { ...defaultPace, ...given },
      ...(seed === undefined ? {} : { seed }),
    });
  const job = (vcpus: number, memoryMiB: number) => ({ queue: 'queue', vcpus, memoryMiB }) as JobSpec;

  it('launches the smallest type that holds a job, and fills it before it launches another', () => {
    const fleet = fleetOf(manualClock());
    const placed = [job(1, 100), job(3, 100), job(8, 40_000), job(16, 100), job(1, 100)].map(
      each => fleet.place(each)!,
    );
    expect(placed.map(host => host.type)).toEqual([
      'm7g.xlarge',
      'm7g.xlarge',
      'r7g.2xlarge',
      'c7g.4xlarge',
      'm7g.xlarge',
    ]);
    expect(fleet.uses()).toHaveLength(4);
  });

  it('keeps an idle host for its time, and boots another after it', () => {
    const clock = manualClock(0);
    const fleet = fleetOf(clock, { hostBootMs: 180_000, hostIdleMs: 300_000 });
    const first = fleet.place(job(4, 100))!;
    expect(first.bootedAt).toBe(180_000);
    clock.advance(1_000_000);
    fleet.leave(first, job(4, 100));
    clock.advance(299_999);
    expect(fleet.place(job(4, 100))).toBe(first);
    fleet.leave(first, job(4, 100));
    clock.advance(400_000);
    const second = fleet.place(job(4, 100))!;
    expect(second).not.toBe(first);
    expect(fleet.uses()).toMatchObject([
      { from: 0, usedUntil: 1_299_999, to: 1_599_999, vcpuMs: 4 * (1_000_000 - 180_000) },
      { from: 1_699_999, to: 1_699_999 },
    ]);
  });

  it('names its hosts by a seed where it has one, and otherwise each time anew', () => {
    const name = (seed?: number) => fleetOf(manualClock(), {}, seed).place(job(1, 100))!.instance;
    expect(name(7)).toMatch(/^i-[0-9a-f]{17}$/);
    expect([name(7), name(8), name()]).toEqual([
      name(7),
      expect.not.stringMatching(name(7)),
      expect.any(String),
    ]);
    expect(name()).not.toBe(name());
  });
});

it('after a host was lost the next attempt is on another', async () => {
  twin = await startTestBatch();
  const id = await twin.submit(['host'], { retryStrategy: { attempts: 3 } });
  const job = await twin.until(id, ...ended);
  const hosts = job.attempts!.map(each => each.container!.containerInstanceArn);
  expect(new Set(hosts).size).toBe(3);
});
