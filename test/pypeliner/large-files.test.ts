import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileStorage } from '../../jobs/pypeliner/files/file-storage.ts';
import { keys } from '../twin/s3/helper.ts';
import { bucket, codeOf, folder, here, run, startFiles } from './run-files.ts';

startFiles();

it('a large file goes up and comes down in parts, and a part that breaks off comes again', async () => {
  const body = Buffer.alloc(20 * 1024 * 1024 + 7);
  for (let at = 0; at < body.length; at += 4096) body.writeUInt32LE(at, Math.min(at, body.length - 4));
  const store = bucket('output');
  let breaks = 3;
  const { job } = run({
    store: {
      ...store,
      readInto: async (key, target, options) => {
        if (breaks-- > 0) throw new Error('the connection broke off');
        return store.readInto(key, target, options);
      },
    },
  });
  const file = job().createStore('large');
  await file.push(here('large', body));
  await file.pull(join(folder, 'large-again'));
  expect(readFileSync(join(folder, 'large-again')).equals(body)).toBe(true);
});

it('an upload that another process began is gone on with: what S3 has does not go up again', async () => {
  const body = Buffer.alloc(10 * 1024 * 1024 + 7, 'x');
  for (let at = 0; at < body.length; at += 1024 * 1024) body.writeUInt32LE(at, Math.min(at, body.length - 4));
  const resumeFolder = join(folder, 'uploads');
  let requests = 0;
  let most = 3;
  // Whoever is cut off tries again a while later: here at once.
  jest.spyOn(Math, 'random').mockReturnValue(0);
  /** It is cut off from S3 after so many requests. */
  const store = bucket('output', async () => {
    if (requests >= most) throw new Error('cut off');
    requests++;
    return keys;
  });
  const { again } = run({ store, resumeFolder });
  const offer = () =>
    fileStorage({ ...again.options, listsFirst: false })
      .createStore('large')
      .push(here('large', body), 'person', 5);
  expect(await codeOf(offer())).toBe('unavailable');
  expect(readdirSync(resumeFolder)).toHaveLength(1);
  requests = 0;
  most = 100;
  await offer();
  // Which parts there are, the one that is not, and the end: not three parts and two ends.
  expect(requests).toBeLessThanOrEqual(3);
  expect(readdirSync(resumeFolder)).toEqual([]);
  await run({ prefix: again.options.prefix }).job().createStore('large').pull(join(folder, 'large-again'));
  expect(readFileSync(join(folder, 'large-again')).equals(body)).toBe(true);
  // Another content is another upload, whatever is remembered.
  most = requests + 3;
  expect(await codeOf(offer())).toBe('unavailable');
  most = Number.POSITIVE_INFINITY;
  body.fill('y', 0, 1000);
  await offer();
  await run({ prefix: again.options.prefix }).job().createStore('large').pull(join(folder, 'large-again'));
  expect(readFileSync(join(folder, 'large-again')).equals(body)).toBe(true);
  jest.restoreAllMocks();
});

it('a download that another process began is gone on with', async () => {
  const body = Buffer.alloc(18 * 1024 * 1024, 'x');
  const store = bucket('output');
  const seen: number[] = [];
  let most = 1;
  const { job } = run({
    store: {
      ...store,
      readInto: async (key, target, options) => {
        if (seen.length >= most) throw new Error('cut off');
        seen.push(options.from ?? 0);
        return store.readInto(key, target, options);
      },
    },
  });
  const file = job().createStore('large');
  await file.push(here('large', body));
  const path = join(folder, 'resumed', 'large');
  expect(await codeOf(file.pull(path))).toBe('unavailable');
  // As a process that has ended leaves it.
  for (const name of readdirSync(join(folder, 'resumed')))
    renameSync(
      join(folder, 'resumed', name),
      join(folder, 'resumed', name.replace(`-${process.pid}`, '-999999999')),
    );
  most = 100;
  await file.pull(path);
  expect(seen.toSorted((a, b) => a - b).map(from => from / 1024 ** 2)).toEqual([0, 16]);
  expect(readFileSync(path).equals(body)).toBe(true);
  expect(readdirSync(join(folder, 'resumed'))).toEqual(['large']);
});
