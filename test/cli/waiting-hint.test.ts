import { explainRound, type Hint, waitingHint } from '../../lib/cli/watch/waiting-hint.ts';
import type { RoundPlan } from '../../lib/contract/run/run.ts';
import {
  denied,
  environment,
  fakeAccount,
  instance,
  job,
  map,
  minutesAgo,
  now,
} from '../doctor/fake-account.ts';

const counts = (more: Partial<Record<'done' | 'failed' | 'running' | 'waiting' | 'cancelled', number>>) => ({
  counts: { done: 0, failed: 0, running: 0, waiting: 0, cancelled: 0, partial: 0, blocked: 0, ...more },
  ended: false,
});
const at = (minutes: number) => minutesAgo(-minutes);

describe('the hint of watch', () => {
  const counted = (createdAt = now) => {
    let asked = 0;
    const hint = waitingHint(createdAt, async (): Promise<Hint> => ({ text: `asked ${++asked}` }));
    return { hint, asked: () => asked };
  };

  it('comes once, when items have waited for ten minutes and none ran', async () => {
    const { hint, asked } = counted();
    expect(await hint.look(counts({ waiting: 3 }), at(0))).toBeUndefined();
    expect(await hint.look(counts({ waiting: 3 }), at(9.9))).toBeUndefined();
    expect(await hint.look(counts({ waiting: 3 }), at(10))).toEqual({ text: 'asked 1' });
    expect(await hint.look(counts({ waiting: 3 }), at(60))).toBeUndefined();
    expect(asked()).toBe(1);
  });

  it('comes at the first look for who begins to watch later', async () => {
    const { hint } = counted(minutesAgo(15));
    expect(await hint.look(counts({ waiting: 3 }), now)).toEqual({ text: 'asked 1' });
  });

  it('counts from when nothing ran any more', async () => {
    const { hint } = counted();
    expect(await hint.look(counts({ waiting: 3, running: 1 }), at(0))).toBeUndefined();
    expect(await hint.look(counts({ waiting: 3, done: 1 }), at(20))).toBeUndefined();
    expect(await hint.look(counts({ waiting: 2, done: 1, running: 1 }), at(25))).toBeUndefined();
    expect(await hint.look(counts({ waiting: 2, done: 2 }), at(31))).toBeUndefined();
    expect(await hint.look(counts({ waiting: 2, done: 2 }), at(41))).toEqual({ text: 'asked 1' });
  });

  it('never comes while items run, or when nothing waits', async () => {
    const { hint, asked } = counted(minutesAgo(60));
    await hint.look(counts({ waiting: 3, running: 1 }), at(0));
    await hint.look(counts({ done: 3 }), at(60));
    expect(asked()).toBe(0);
  });
});

describe('why a round waits', () => {
  const round = {
    steps: [{ lanes: [{ jobQueue: 'queue-1' }], arrays: [{ jobName: job.jobName }] }],
  } as unknown as RoundPlan;
  const explain = (account: Parameters<typeof fakeAccount>[0]) =>
    explainRound(fakeAccount(account), 'lab', round, map.queues, now);

  it('is told with what the host’s console says', async () => {
    const asked = { ...environment, desiredvCpus: 16 };
    expect(
      await explain({
        waiting: async () => [{ ...job, jobName: 'of another run' }, job],
        environments: async () => [asked],
        instances: async () => [instance],
        console: async () => '[ 9.0] cloud-init[7]: mount: /scratch: wrong fs type, bad option',
      }),
    ).toEqual({
      text: '1 host of env-1 ran for 20 min and never joined; i-0abc says: mount: /scratch: wrong fs type, bad option',
      fix: expect.stringContaining('scratch'),
    });
  });

  it('is not told while it is its turn that it waits for, nor of jobs of other runs', async () => {
    expect(
      await explain({ waiting: async () => [{ ...job, createdAt: minutesAgo(1).getTime() }] }),
    ).toBeUndefined();
    expect(await explain({ waiting: async () => [{ ...job, jobName: 'of another run' }] })).toBeUndefined();
  });

  it('names the permission that is missing, and throws nothing', async () => {
    expect(await explain({ queues: denied })).toEqual({
      text: 'why they wait: needs batch:DescribeJobQueues, batch:DescribeComputeEnvironments, batch:ListJobs',
      fix: 'npx lab doctor',
    });
  });
});
