import { readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { FileError } from '../../jobs/pypeliner/files/file-error.ts';
import type { FileStorageOptions } from '../../jobs/pypeliner/files/file-storage.ts';
import { bucket, clock, codeOf, folder, here, run, startFiles } from './run-files.ts';

startFiles();

it('what a job has pushed is pulled as it was, with a time to the millisecond', async () => {
  const { head, job } = run();
  await head.connect();
  const before = clock.now;
  const { created } = await job().createStore('tmp/a b/é%?*').push(here('made', 'text'));
  expect(created).toBe(before);
  const store = job().createStore('tmp/a b/é%?*');
  await store.pull(join(folder, 'pulled'));
  expect(readFileSync(join(folder, 'pulled'), 'utf8')).toBe('text');
  expect([await store.exists(), await store.createTime()]).toEqual([true, created]);
});

it('a bucket is made for who wants it and may, and is looked for otherwise', async () => {
  const made = bucket('a-new-one');
  const storage = (more: Partial<FileStorageOptions>) => run({ store: made, ...more });
  expect(await codeOf(storage({}).head.connect())).toBe('not-found');
  expect(await codeOf(storage({}).job().connect())).toBe('not-found');
  await storage({ createBucket: made.createBucket }).head.connect();
  // Again is no error: us-east-1 says that it was made.
  await made.createBucket();
  await storage({}).job().connect();
});

it.each<[string, Error, string]>([
  ['NoSuchKey', Object.assign(new Error('x'), { code: 'NoSuchKey', status: 404 }), 'not-found'],
  ['NoSuchBucket', Object.assign(new Error('x'), { code: 'NoSuchBucket', status: 404 }), 'not-found'],
  ['AccessDenied', Object.assign(new Error('x'), { code: 'AccessDenied', status: 403 }), 'denied'],
  [
    'PreconditionFailed',
    Object.assign(new Error('x'), { code: 'PreconditionFailed', status: 412 }),
    'changed',
  ],
  ['SlowDown', Object.assign(new Error('x'), { code: 'SlowDown', status: 503 }), 'unavailable'],
  ['a reset', Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'unavailable'],
  ['a full disk', Object.assign(new Error('x'), { code: 'ENOSPC' }), 'no-space'],
  ['a quota', Object.assign(new Error('x'), { code: 'EDQUOT' }), 'no-space'],
  ['a folder', Object.assign(new Error('x'), { code: 'EISDIR' }), 'bad-path'],
])('%s is told as the error that it means', async (_, error, code) => {
  const store = bucket('output');
  const fail = async (): Promise<never> => {
    throw error;
  };
  const { job } = run({ store: { ...store, look: fail, upload: fail } });
  const file = job().createStore('x');
  for (const work of [
    () => file.state(),
    () => file.pull(join(folder, 'x')),
    () => file.push(here('x', 'x')),
  ]) {
    const told = await work().then(
      () => undefined,
      (error: unknown) => error as FileError,
    );
    expect([told?.name, told?.code, told?.path]).toEqual(['FileError', code, 'x']);
    expect(told?.cause).toBe(error);
  }
});

it('bytes that are not those that were stored are no file', async () => {
  const store = bucket('output');
  const { job } = run({
    store: {
      ...store,
      readInto: async (key, target, options) => {
        const found = await store.readInto(key, target, options);
        target[0]! ^= 1;
        return found;
      },
    },
  });
  const file = job().createStore('x');
  await file.push(here('x', 'text'));
  const path = join(folder, 'not-there');
  expect(await codeOf(file.pull(path))).toBe('corrupt');
  expect(readdirSync(folder).filter(name => name.startsWith('not-there'))).toEqual([]);
});

it('a file that was deleted keeps its time, for the next head too', async () => {
  const { head, again } = run();
  const { created } = await head.createStore('tmp/x').push(here('x', 'text'));
  await head.createStore('tmp/x').delete();
  expect(await head.createStore('tmp/x').state()).toEqual({ exists: false, created });
  await head.flush();
  const next = again();
  expect(await next.createStore('tmp/x').state()).toEqual({ exists: false, created });
  expect(await next.createStore('tmp/y').state()).toEqual({ exists: false });
  const left = [];
  for await (const { path } of next.list()) left.push(path);
  expect(left).toEqual([]);
});

it('a file that was made anew meanwhile is not deleted', async () => {
  const { head, job } = run();
  await head.createStore('x').push(here('x', 'old'));
  await head.createStore('x').delete();
  await job().createStore('x').push(here('x', 'new'));
  await head.flush();
  expect(await job().createStore('x').exists()).toBe(true);
});

it('touch sets the time and leaves the rest', async () => {
  const { job } = run();
  const file = job().createStore('x');
  await file.push(here('x', 'text'));
  const { created } = await file.touch(42);
  expect([created, await file.createTime()]).toEqual([42, 42]);
  await file.pull(join(folder, 'x'));
  expect(await codeOf(job().createStore('nowhere').touch())).toBe('not-found');
});

describe('a person’s file', () => {
  const offered = async (storage: ReturnType<typeof run>, text: string, seconds: number) => {
    const file = here('in', text);
    utimesSync(file, seconds, seconds);
    return storage.again().createStore('in').offer(file);
  };

  it('goes up once, with its own time, and again when it is another', async () => {
    const storage = run();
    expect(await offered(storage, 'one', 1000)).toMatchObject({ exists: true, created: 1_000_000 });
    // Copied to and fro: another time, the same content.
    expect(await offered(storage, 'one', 5000)).toMatchObject({ created: 1_000_000 });
    expect(await offered(storage, 'two', 6000)).toMatchObject({ created: 6_000_000 });
  });

  it('with other content under an older date is new, and that is said', async () => {
    const storage = run();
    await offered(storage, 'one', 1000);
    const { created, warning } = await offered(storage, 'two', 500);
    expect(warning).toMatch('older date');
    expect(created).toBeGreaterThan(1_000_000);
  });

  it('never replaces what a job has made', async () => {
    const storage = run();
    await storage.job().createStore('in').push(here('made', 'of the job'));
    expect(await offered(storage, 'of mine', 5_000_000_000)).toMatchObject({
      warning: expect.stringContaining('differs'),
    });
    await storage.job().createStore('in').pull(join(folder, 'in'));
    expect(readFileSync(join(folder, 'in'), 'utf8')).toBe('of the job');
  });
});

it('another bucket’s file is read and never written', async () => {
  await bucket('other').put('data/x', 'theirs');
  const file = run().job().createStore('s3://other/data/x');
  await file.pull(join(folder, 'theirs'));
  expect(readFileSync(join(folder, 'theirs'), 'utf8')).toBe('theirs');
  expect(await file.createTime()).toBeGreaterThan(1_600_000_000_000);
  expect(await codeOf(file.push(here('x', 'mine')))).toBe('denied');
});

it.each(['', '..', 'a/../b', '/etc/passwd', 'a//b', '.times/x', 'x'.repeat(1100)])(
  'the path %j is refused',
  async path => {
    expect(await codeOf((async () => run().job().createStore(path).exists())())).toBe('bad-path');
  },
);

it('what is not there costs a head no request', async () => {
  let heads = 0;
  const store = bucket('output');
  const { head } = run({
    store: {
      ...store,
      look: (...given) => {
        heads++;
        return store.look(...given);
      },
    },
  });
  for (let file = 0; file < 500; file++) expect(await head.createStore(`tmp/${file}`).exists()).toBe(false);
  expect(heads).toBe(0);
});
