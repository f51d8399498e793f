import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import {
  type JobQueue,
  type JobsPort,
  jobQueue,
  type QueuedJob,
  type SentJob,
} from '../../jobs/pypeliner/queue/job-queue.ts';
import { runs } from '../helpers/runs.ts';

/** Jobs in memory, that end when they are told to; counts calls. */
function memory(left: readonly SentJob[] = []) {
  const ended = new Set<string>();
  const rounds: string[][] = [];
  const terminated: string[] = [];
  let looks = 0;
  let next = 0;
  let refusal: Error | undefined;
  const jobs: JobsPort = {
    check: ({ memoryMiB }) => {
      if (memoryMiB > 1000) throw new Error('no host has so much');
    },
    async submit(all) {
      if (refusal) throw refusal;
      await sleep(1);
      rounds.push(all.map(job => job.name));
      return all.map(({ name, fingerprint }) => ({ id: `${name}#${next++}`, name, fingerprint }));
    },
    async look(ids) {
      looks++;
      return ids.filter(id => ended.has(id));
    },
    result: async id => ({ hasResult: true, text: id }),
    underWay: async () => left,
    async terminate(ids) {
      terminated.push(...ids);
      for (const id of ids) ended.add(id);
    },
  };
  return {
    jobs,
    rounds,
    terminated,
    end: (id: string) => void ended.add(id),
    looks: () => looks,
    refuse: (error: Error | undefined) => {
      refusal = error;
    },
  };
}
const tickMs = { first: 5, most: 20 };
const job = (name: string, more: Partial<QueuedJob> = {}): QueuedJob => ({
  name,
  fingerprint: 'f',
  payload: Buffer.from(name),
  resources: { vcpus: 1, memoryMiB: 10, market: 'spot' },
  ...more,
});
const send = async (queue: JobQueue, ...names: string[]) => {
  for (const name of names) await queue.send(job(name));
};

it('what is sent before anybody waits is one round, and ends are told one by one', async () => {
  const { jobs, rounds, end } = memory();
  const queue = jobQueue({ jobs, tickMs });
  await send(queue, 'a', 'b', 'c');
  expect([queue.length, await queue.wait(20)]).toEqual([3, undefined]);
  expect(rounds).toEqual([['a', 'b', 'c']]);
  end('b#1');
  expect(await queue.wait()).toBe('b');
  expect(await queue.receive('b', '/f')).toEqual({ hasResult: true, text: 'b#1' });
  end('c#2');
  end('a#0');
  expect([await queue.wait(), queue.length]).toEqual(['a', 2]);
});

it('sends that come one after the other are gathered until none comes, but not for ever', async () => {
  const { jobs, rounds } = memory();
  const queue = jobQueue({ jobs, tickMs, gatherMs: { quiet: 80, most: 250 } });
  for (let name = 0; name < 20; name++) {
    await send(queue, String(name));
    await sleep(20);
  }
  // Nobody has waited, and they went on for longer than the most.
  expect(rounds.length).toBeGreaterThan(0);
  expect(rounds.length).toBeLessThan(10);
  await sleep(300);
  expect(rounds.flat()).toHaveLength(20);
});

it('a name can be sent again once it was received: a retry is a job of its own', async () => {
  const { jobs, end } = memory();
  const queue = jobQueue({ jobs, tickMs });
  await send(queue, 'a');
  await expect(queue.send(job('a'))).rejects.toThrow('in the queue already');
  await queue.wait(1);
  end('a#0');
  await queue.wait();
  await queue.receive('a', '/f');
  await send(queue, 'a');
  await queue.wait(1);
  end('a#1');
  await queue.wait();
  expect((await queue.receive('a', '/f')).text).toBe('a#1');
  expect(queue.empty).toBe(true);
});

it('waiting is looking at the clock, not at Batch all the time', async () => {
  const { jobs, looks } = memory();
  const queue = jobQueue({ jobs, tickMs: { first: 20, most: 200 } });
  await send(queue, 'a');
  const before = process.cpuUsage();
  await queue.wait(600);
  const { user, system } = process.cpuUsage(before);
  expect(looks()).toBeLessThan(15);
  expect((user + system) / 1000).toBeLessThan(300);
});

it('what cannot be submitted is received as an error, and another try may go well', async () => {
  const { jobs, refuse, rounds } = memory();
  const queue = jobQueue({ jobs, tickMs });
  refuse(new Error('throttled'));
  await send(queue, 'a', 'b');
  expect(await queue.wait()).toBe('a');
  expect(await queue.receive('a', '/f')).toEqual({
    hasResult: false,
    text: 'could not be submitted: throttled',
  });
  refuse(undefined);
  await queue.receive('b', '/f');
  await send(queue, 'a');
  await queue.wait(5);
  expect(rounds).toEqual([['a']]);
});

it('what no host could hold is refused when it is sent', async () => {
  const { jobs } = memory();
  const queue = jobQueue({ jobs, tickMs });
  const large = job('a', { resources: { vcpus: 1, memoryMiB: 5000, market: 'spot' } });
  await expect(queue.send(large)).rejects.toThrow('no host');
  expect(queue.empty).toBe(true);
});

describe('jobs of an earlier head', () => {
  const left = [
    { id: 'a#old', name: 'a', fingerprint: 'f' },
    { id: 'b#old', name: 'b', fingerprint: 'other' },
    { id: 'c#old', name: 'c', fingerprint: 'f' },
  ];

  it('are waited for where they are the same work, and ended before another copy where not', async () => {
    const { jobs, rounds, terminated, end } = memory(left);
    const queue = jobQueue({ jobs, tickMs });
    expect(await queue.send(job('a'))).toEqual({ adopted: true });
    expect(await queue.send(job('b'))).toEqual({ adopted: false });
    await queue.wait(5);
    expect([rounds, terminated]).toEqual([[['b']], ['b#old']]);
    end('a#old');
    expect(await queue.wait()).toBe('a');
    expect((await queue.receive('a', '/f')).text).toBe('a#old');
    // Its second try is no old job's.
    expect(await queue.send(job('a'))).toEqual({ adopted: false });
    await queue.close(true);
    expect(terminated).toEqual(['b#old', 'c#old']);
  });

  it('are left alone by a head that was refused before it sent anything', async () => {
    const { jobs, terminated } = memory(left);
    await jobQueue({ jobs, tickMs }).close(false);
    expect(terminated).toEqual([]);
  });
});

it('a block that is left ends its jobs', async () => {
  const { jobs, terminated } = memory();
  const work = async (): Promise<void> => {
    await using queue = jobQueue({ jobs, tickMs });
    await send(queue, 'a', 'b');
    await queue.wait(5);
    throw new Error('interrupted');
  };
  await expect(work()).rejects.toThrow('interrupted');
  expect(terminated).toEqual(['a#0', 'b#1']);
});

it('interrupted, it ends its jobs, tells who waits, and takes no more', async () => {
  const { jobs, terminated } = memory();
  const stopping = new AbortController();
  const queue = jobQueue({ jobs, tickMs: { first: 10_000, most: 10_000 }, signal: stopping.signal });
  await send(queue, 'a', 'b');
  const waiting = queue.wait();
  await sleep(30);
  stopping.abort(new Error('Ctrl-C'));
  await expect(waiting).rejects.toThrow('Ctrl-C');
  expect(terminated).toEqual(['a#0', 'b#1']);
  await expect(queue.send(job('c'))).rejects.toThrow('Ctrl-C');
  await queue[Symbol.asyncDispose]();
  expect(terminated).toHaveLength(2);
});

it('whatever is sent, ended and received in whatever order, each job is received once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), ends: fc.boolean() }), {
        maxLength: 30,
      }),
      async steps => {
        const { jobs, rounds, end } = memory();
        const queue = jobQueue({
          jobs: {
            ...jobs,
            submit: async all => Promise.all(all.map(async each => (await jobs.submit([each]))[0]!)),
          },
          tickMs: { first: 1, most: 1 },
        });
        const open = new Set<string>();
        const received: string[] = [];
        let sent = 0;
        for (const { name, ends } of steps) {
          if (!open.has(name)) {
            await queue.send(job(name));
            open.add(name);
            sent++;
          }
          if (ends) for (let id = 0; id < sent; id++) for (const each of open) end(`${each}#${id}`);
          const ended = await queue.wait(0);
          if (ended === undefined) continue;
          received.push((await queue.receive(ended, '/f')).text);
          open.delete(ended);
        }
        expect(new Set(received).size).toBe(received.length);
        expect(queue.length).toBe(open.size);
        await queue.close(true);
        expect(rounds.length).toBe(sent);
      },
    ),
    { numRuns: runs(30) },
  );
});
