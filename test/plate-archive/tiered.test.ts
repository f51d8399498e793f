import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  HeadObjectCommand,
  PutBucketIntelligentTieringConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { TieredLogFile } from '../../jobs/plate-archive/restore/tiered-log.ts';
import { images, platesOnTwin } from './whole-way/plates.ts';

const lab = platesOnTwin();
const { archive, as } = lab;
const large = Buffer.alloc(128 * 1024, 'x');
const hour = 3600;
const day = 24 * hour;

const at = (seconds: number) =>
  writeFile(
    join(lab.me.cwd, 'twin', 'state', 's3', '.clock.json'),
    JSON.stringify({ aheadSeconds: seconds }),
  );
const tiered = (Key: string) =>
  lab.twin.s3.send(
    new PutObjectCommand({ Bucket: 'imaging', Key, Body: large, StorageClass: 'INTELLIGENT_TIERING' }),
  );
const status = async (Key: string) =>
  (await lab.twin.s3.send(new HeadObjectCommand({ Bucket: 'imaging', Key }))).ArchiveStatus ?? 'readable';
const thaw = (prefix: string, ...words: readonly string[]) =>
  lab.me.lab(['archive', 'thaw', `s3://imaging/${prefix}`, ...words, '--local']);
const log = (name = 'thaw.csv') => readFileSync(join(lab.me.cwd, name), 'utf8').trim().split('\n');
const configure = (Bucket: string) =>
  lab.twin.s3.send(
    new PutBucketIntelligentTieringConfigurationCommand({
      ...{ Bucket, Id: 'archive' },
      IntelligentTieringConfiguration: {
        ...{ Id: 'archive', Status: 'Enabled' },
        Tierings: [
          { Days: 90, AccessTier: 'ARCHIVE_ACCESS' },
          { Days: 180, AccessTier: 'DEEP_ARCHIVE_ACCESS' },
        ],
      },
    }),
  );

beforeAll(async () => {
  await configure('imaging');
  for (const name of ['a.tiff', 'b.tiff', 'c, "d".tiff', 'e.csv']) await tiered(`cold/it/${name}`);
  for (const n of [1, 2, 3, 4]) await tiered(`cold/more/${n}`);
  await tiered('mine/a');
});

it('objects are asked for by filter: how many, for how much, until when; and they come back for good', async () => {
  await at(91 * day);
  const plan = await thaw('cold/it/', '--include', '.tiff', '--dry-run');
  expect(plan.out).toMatch(/archived +IN_PROGRESS +RESTORED +ERROR\n3 +0 +0 +0/);
  expect(plan.err).toContain(
    '3 objects in ARCHIVE_ACCESS of INTELLIGENT_TIERING: Bulk takes up to 12 hours and $0; what comes stays',
  );
  expect(await status('cold/it/a.tiff')).toBe('ARCHIVE_ACCESS');
  const fast = await thaw('cold/it/', '--include', '.tiff', '--dry-run', '--tier', 'Expedited');
  expect(fast.err).toContain('Expedited takes up to 5 minutes and about $0.03');
  const asked = await thaw('cold/it/', '--include', '.tiff');
  expect([asked.code, asked.out]).toEqual([0, expect.stringMatching(/\n3 +0 +0 +0/)]);
  expect(log()).toEqual([
    'key,status,message',
    'cold/it/a.tiff,REQUESTED,ARCHIVE_ACCESS',
    'cold/it/b.tiff,REQUESTED,ARCHIVE_ACCESS',
    '"cold/it/c, ""d"".tiff",REQUESTED,ARCHIVE_ACCESS',
  ]);
  expect((await thaw('cold/it/', '--include', '.tiff')).out).toMatch(/\n0 +3 +0 +0/);
  // A faster one overtakes what is under way.
  expect((await thaw('cold/it/', '--include', 'b.', '--tier', 'Standard')).out).toMatch(/\n1 +0 +0 +0/);
  await at(91 * day + 6 * hour);
  expect((await thaw('cold/it/')).out).toMatch(/\n1 +2 +1 +0/);
  await at(91 * day + 19 * hour);
  const back = await thaw('cold/it/', '--json');
  expect(JSON.parse(back.out)).toEqual({ REQUESTED: 0, IN_PROGRESS: 0, RESTORED: 4, ERROR: 0 });
});

it('a tier that an object has not is said of that object, and the others are asked for', async () => {
  await at(183 * day);
  const { code, out, err } = await thaw('cold/', '--tier', 'Expedited', '--log', 'fast.csv');
  // Those that came back 90 days ago have gone to the tier that has it.
  expect([code, out]).toEqual([4, expect.stringMatching(/\n4 +0 +0 +4/)]);
  expect(log('fast.csv')).toContain(
    'cold/more/1,ERROR,"DEEP_ARCHIVE_ACCESS of INTELLIGENT_TIERING has no tier Expedited: one of Bulk, Standard"',
  );
  const again = /^Next: npx lab (.*)$/m.exec(err)![1]!;
  expect(again).toBe('archive thaw s3://imaging/cold/ --retry fast.csv --tier Expedited --local');
  const retry = await thaw('cold/', '--retry', 'fast.csv', '--tier', 'Standard', '--dry-run');
  expect(retry.err).toContain(
    '4 objects in DEEP_ARCHIVE_ACCESS of INTELLIGENT_TIERING: Standard takes up to 12',
  );
});

it('who is interrupted has all in the log, and goes on with what was not asked for', async () => {
  const stopping = new AbortController();
  const words = ['archive', 'thaw', 's3://imaging/cold/more/', '--log', 'stopped.csv', '--local'];
  const stopped = await lab.me.lab(words, '', stopping.signal, text => {
    if (text.includes('takes up to')) stopping.abort();
  });
  expect([stopped.code, stopped.err]).toEqual([130, expect.stringContaining('interrupted; ')]);
  expect(log('stopped.csv')[1]).toBe('cold/more/1,ERROR,it was not asked for yet');
  // Who was killed in the middle of it has what the log had by then.
  const path = join(lab.me.cwd, 'killed.csv');
  const keys = [1, 2, 3, 4].map(n => `cold/more/${n}`);
  TieredLogFile.open(path, keys)!.add({ key: keys[0]!, status: 'REQUESTED', message: 'DEEP_ARCHIVE_ACCESS' });
  const on = await thaw('cold/more/', '--retry', 'killed.csv');
  expect([on.code, on.out]).toEqual([0, expect.stringMatching(/\n4 +0 +0 +0/)]);
  expect(log('killed.csv')).toHaveLength(5);
  expect((await thaw('cold/more/', '--retry', 'stopped.csv')).out).toMatch(/\n1 +3 +0 +0/);
  const nothing = await thaw('cold/more/', '--retry', 'killed.csv');
  expect([nothing.code, nothing.err]).toEqual([0, expect.stringContaining('nothing failed in killed.csv')]);
});

it('what a person may not restore is in the log by name, and somebody else’s retry asks for it', async () => {
  const refused = await thaw('mine/', '--log', 'mine.csv');
  expect([refused.code, log('mine.csv')[1]]).toEqual([
    4,
    expect.stringMatching(/^mine\/a,ERROR,.*s3:RestoreObject/),
  ]);
  const other = await as('deployer', () => thaw('mine/', '--retry', 'mine.csv'));
  expect([other.code, log('mine.csv')[1]]).toEqual([0, 'mine/a,REQUESTED,DEEP_ARCHIVE_ACCESS']);
});

it('no file of somebody’s is written over, and none that is no log is retried', async () => {
  await writeFile(join(lab.me.cwd, 'notes.txt'), 'mine');
  for (const [words, why] of [
    [['--log', 'notes.txt'], 'notes.txt is there and is no log of lab archive thaw'],
    [['--log', 'nowhere/thaw.csv'], 'nowhere/thaw.csv cannot be written'],
    [['--retry', 'notes.txt'], 'notes.txt is no log of lab archive thaw'],
    [['--retry', 'nothing.csv'], 'nothing.csv cannot be read'],
    [['--tier', 'Slow', '--parallel', '0'], 'Slow is none of Bulk, Standard, Expedited'],
    [['--include', '.png'], 'holds no objects of the class INTELLIGENT_TIERING that fit'],
  ] as const) {
    const { code, err } = await thaw('cold/it/', ...words);
    expect([code, err]).toEqual([2, expect.stringContaining(why)]);
  }
  expect(readFileSync(join(lab.me.cwd, 'notes.txt'), 'utf8')).toBe('mine');
});

it('a plate’s source and tars in an archive tier are named, asked for, and read when they are back', async () => {
  await at(0);
  await configure('test-plates');
  const image = `${images('BIG__1')}r01c01f01p01-ch1.tiff`;
  await tiered(image);
  await writeFile(join(lab.me.cwd, 'big.csv'), 'plate_id,plate_id_full\nBIG,BIG__1\n');
  const create = ['--plates', 'big.csv', '--storage-class', 'INTELLIGENT_TIERING', '--wait'];
  await at(91 * day);
  const cold = await archive('create', ...create);
  expect(cold.code).not.toBe(0);
  expect(cold.err).toContain(image);
  expect(cold.err).toContain('npx lab archive thaw s3://imaging/projects/');
  expect((await as('deployer', () => thaw(images('BIG__1')))).code).toBe(0);
  await at(92 * day);
  expect((await archive('create', ...create)).code).toBe(0);
  await at(190 * day);
  const back = () => archive('restore', '--plate', 'BIG', '--to', 'big');
  const first = await back();
  expect([first.code, first.err]).toEqual([
    4,
    expect.stringContaining(
      '1 tar in ARCHIVE_ACCESS of INTELLIGENT_TIERING: Bulk takes up to 12 hours and $0;',
    ),
  ]);
  expect((await archive('status', 'BIG')).out).toContain('on its way');
  await at(191 * day);
  expect((await back()).code).toBe(0);
  expect(readFileSync(join(lab.me.cwd, 'big', image)).equals(large)).toBe(true);
});
