import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { threadId, Worker } from 'node:worker_threads';
import { Threads } from '../../containers/plate-archive/threads.ts';
import { PlateError } from '../../jobs/plate-archive/plate/plate-error.ts';
import { bundleEntrypoint } from '../../lib/build/bundle.ts';
import { root } from '../helpers/project.ts';
import { work } from './thread-work.ts';

const file = pathToFileURL(join(import.meta.dirname, 'thread-work.ts'));
let threads: Threads;
beforeEach(() => {
  threads = new Threads(file, work, 2);
});
afterEach(() => threads.stop());

it('what comes one after the other is done here, and what comes at once by another thread too, each told of its bytes', async () => {
  const bytes: number[] = [];
  const who = (ms: number) =>
    threads.run<number>(
      'who',
      () => ms,
      count => bytes.push(count),
    );
  const here = await who(0);
  expect(await who(0)).toBe(here);
  const [first, second, third] = await Promise.all([who(30), who(1), who(2)]);
  expect(first).toBe(here);
  // The third waits for whoever is done first.
  expect(second).not.toBe(here);
  expect([here, second]).toContain(third);
  expect(bytes.toSorted((a, b) => a - b)).toEqual([0, 0, 1, 2, 30]);
});

it('threads that were made ready take what comes at once, this one first', async () => {
  threads.ready(1);
  threads.ready(2);
  threads.ready(3);
  const who = () =>
    threads.run<number>(
      'who',
      () => 20,
      () => undefined,
    );
  const [first, second, third] = await Promise.all([who(), who(), who()]);
  expect(first).toBe(threadId);
  expect(second).not.toBe(first);
  // As many as were allowed: the third waited for one of the two.
  expect([first, second]).toContain(third);
});

it('a thread that ended while it had nothing to do ends no program, and who asks it is told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plate-threads-'));
  const broken = join(folder, 'broken.mjs');
  const throws = join(folder, 'throws');
  writeFileSync(
    broken,
    `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(throws)}, ''); throw new Error('broken');`,
  );
  const ending = new Threads(pathToFileURL(broken), work, 2);
  const two = () =>
    Promise.allSettled(
      [1, 2].map(() =>
        ending.run<number>(
          'who',
          () => 0,
          () => undefined,
        ),
      ),
    );
  try {
    ending.ready(2);
    while (!existsSync(throws)) await sleep(5);
    // Until it has been heard of; were it sooner, less would be seen.
    await sleep(50);
    let said = '';
    while (!said.includes('ended before it was asked')) {
      const outcomes = await two();
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toMatchObject([{ value: threadId }]);
      said = outcomes.map(each => String((each as PromiseRejectedResult).reason)).join();
      expect(said).toMatch(/broken|a thread ended/);
    }
  } finally {
    await ending.stop();
    rmSync(folder, { recursive: true });
  }
});

it('what fails in another thread fails here, a plate’s problems with what they are', async () => {
  const busy = threads.run(
    'who',
    () => 200,
    () => undefined,
  );
  const refused = await threads
    .run(
      'refuse',
      () => 'no such plate',
      () => undefined,
    )
    .catch((error: PlateError) => error);
  const { problems, isPassing } = refused as PlateError;
  expect([refused instanceof PlateError, problems, isPassing]).toEqual([true, ['no such plate'], true]);
  await expect(
    threads.run(
      'fail',
      () => 'a fault',
      () => undefined,
    ),
  ).rejects.toThrow(/^Error: a fault\n/);
  await busy;
});

it('a stop ends another thread at its work', async () => {
  const busy = threads.run(
    'who',
    () => 1,
    () => undefined,
  );
  const ended = expect(
    threads.run(
      'who',
      () => 60_000,
      () => undefined,
    ),
  ).rejects.toThrow(/a thread ended/);
  await busy;
  await threads.stop();
  await ended;
});

it('the bundle of the image is what its threads load, and does no job of its own there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plate-threads-'));
  const bundle = join(folder, 'plate-archive.mjs');
  writeFileSync(bundle, await bundleEntrypoint(root, 'containers/plate-archive/entrypoint.ts'));
  const thread = new Worker(bundle, { workerData: 'plate-archive' });
  try {
    const said = new Promise<{ error?: { message: string } }>((done, fail) => {
      thread.once('message', done);
      thread.once('error', fail);
    });
    thread.postMessage({ work: 'check', input: {} });
    expect((await said).error?.message).toMatch(/^TypeError: /);
  } finally {
    await thread.terminate();
    rmSync(folder, { recursive: true });
  }
});
