import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { pack } from 'tar-stream';
import type { RunningTwin } from '../../lib/cli/twin/server.ts';
import { type Ran, user } from '../cli/helper.ts';

/** By the door that people use: the CLI, and a twin with the roles of the stack. */
const config = {
  name: 'test',
  archive: { bucket: 'test-plates' },
  workloads: {
    'plate-archive': { places: { source: { bucket: 'imaging' } } },
    'plate-verify': {},
    'plate-delete': {},
    'plate-restore': { places: { old: { bucket: 'imaging', prefix: 'cold/' } } },
    'plate-destroy': {},
  },
};
let me: Awaited<ReturnType<typeof user>>;
let twin: RunningTwin & { readonly s3: S3Client };
const environment: NodeJS.ProcessEnv = {};

const batch = ['--project', 'P', '--batch', 'B', '--local'];
const archive = (verb: string, ...words: readonly string[]) => me.lab(['archive', verb, ...words, ...batch]);
const as = async <T>(person: string, work: () => Promise<T>): Promise<T> => {
  environment.LAB_TWIN_AS = person;
  try {
    return await work();
  } finally {
    delete environment.LAB_TWIN_AS;
  }
};
const put = (Key: string, Body: Buffer | string) =>
  twin.s3.send(new PutObjectCommand({ Bucket: 'imaging', Key, Body }));
const keys = async (Bucket: string, Prefix = ''): Promise<string[]> =>
  ((await twin.s3.send(new ListObjectsV2Command({ Bucket, Prefix }))).Contents ?? []).map(each => each.Key!);
const images = (full: string) => `projects/P/B/images/${full}/`;
const full = { ONE: 'ONE__2017-Measurement 1', ZWEI: 'ZWEI é', BAD: 'BAD__1' };

beforeAll(async () => {
  me = await user(config, environment);
  twin = await me.twin();
  for (const plate of ['ONE', 'ZWEI'] as const)
    for (const well of ['r01c01', 'r01c02', 'r16c24'])
      await put(`${images(full[plate])}${well}f01p01-ch1.tiff`, Buffer.alloc(3000, plate + well));
  await put('projects/P/workspace/backend/B/ONE/ONE.sqlite', 'tables');
  await writeFile(
    join(me.cwd, 'plates.csv'),
    ['plate_id,plate_id_full,dye', ...Object.entries(full).map(([id, name]) => `${id},${name},x`)].join('\n'),
  );
});
afterAll(async () => {
  twin.s3.destroy();
  await me.leave();
});

it('a plan says objects, bytes, tars, requests and money, and what plates lack', async () => {
  const { code, err } = await me.lab([
    ...['submit', 'plate-archive', '--plates', 'plates.csv', '--dry-run'],
    ...batch,
  ]);
  expect(err).toContain('7 objects, 18.0 kB, in 2 tars of DEEP_ARCHIVE');
  expect(err).toContain('a month, in place of');
  expect(err).toContain('BAD has no images, illum, analysis, backend, and fails without images');
  expect(code).toBe(0);
});

it('plates are archived, verified and sealed; a bad one holds none of the others', async () => {
  const { code, err } = await archive('create', '--plates', 'plates.csv', '--wait');
  expect(err).toContain('BAD');
  expect(err).toContain('2 of 3 plates done');
  // Two tars and what is beside them; read to be packed, and the tars again to be proved.
  expect(err).toMatch(/[\d.]+ kB in, [\d.]+ kB out/);
  expect(code).toBe(4);
});

it('status tells each plate, and of one its wells', async () => {
  const { code, out } = await me.lab(['archive', 'status', '--local']);
  expect(code).toBe(0);
  expect(out).toMatch(/plate +objects +bytes +archived +verified +deleted +restorable/);
  expect(out).toMatch(/ONE +4 +9\.0 kB +yes +yes +no +now/);
  const one = await me.lab(['archive', 'status', 'ZWEI', '--html', 'zwei.html', '--local']);
  expect(one.out).toContain(' A ● ● ·');
  expect(readFileSync(join(me.cwd, 'zwei.html'), 'utf8')).toContain('<svg');
  expect((await me.lab(['archive', 'status', 'ZWEJ', '--local'])).err).toContain('did you mean ZWEI?');
});

it('what was verified is tagged for the class that it is to have, and what was not is not', async () => {
  const tars = (await keys('test-plates', 'plates/P/B/ONE/')).filter(key => key.endsWith('.tar'));
  expect(tars).toHaveLength(2);
  for (const Key of tars) {
    const { TagSet } = await twin.s3.send(new GetObjectTaggingCommand({ Bucket: 'test-plates', Key }));
    expect(TagSet).toContainEqual({ Key: 'archive-class', Value: 'DEEP_ARCHIVE' });
  }
});

it('objects are listed, and an audit holds the archive to its proof', async () => {
  const listed = await archive('ls', 'ONE', '--include', 'r01c0*');
  expect(listed.out.trim().split('\n')).toHaveLength(2);
  for (const verb of ['ls', 'restore']) {
    const none = await archive(verb, '--plate', 'ONE', '--include', 'zz*');
    expect([none.code, none.err]).toEqual([
      2,
      expect.stringContaining('nothing in the archive of ONE fits zz*'),
    ]);
    expect(none.err).toContain('npx lab archive ls ONE lists what it holds');
  }
  const audit = await archive('audit', '--share', 'all');
  expect([audit.code, audit.out]).toEqual([0, expect.stringMatching(/ONE +1 +0 +4 of 4 +holds/)]);
});

it('a deletion is a dry run that says what goes, what stays, and what deletion means', async () => {
  await put(`${images(full.ONE)}late.txt`, 'came later');
  const { code, err } = await archive('delete', '--plate', 'ONE');
  expect(code).toBe(0);
  expect(err).toContain('ONE: 4 objects, 9.0 kB, would go');
  expect(err).toContain(`stays, came since the archive: ${images(full.ONE)}late.txt`);
  expect(err).toContain('s3://imaging/ keeps no versions: what is deleted is gone at once');
  expect(err).toContain('nothing was submitted: plate-delete asks before it does this');
  expect(await keys('imaging', images(full.ONE))).toHaveLength(4);
});

const confirmWord = async (verb: string, ...words: readonly string[]): Promise<string> =>
  /--confirm (\S+)/.exec((await archive(verb, ...words)).err)![1]!;

it('a plate without a proof is not deleted, whoever asks', async () => {
  const { code, err } = await as('keepers', () => archive('delete', '--plates', 'ONE,BAD'));
  expect(code).toBe(2);
  expect(err).toContain('BAD: there is no archive of it');
});

it('a member cannot submit the deleter; a keeper can, and what came since stays', async () => {
  const word = await confirmWord('delete', '--plate', 'ONE');
  const stale = await archive('delete', '--plate', 'ONE', '--confirm', 'delete-5-000000', '--wait');
  expect([stale.code, stale.err]).toEqual([2, expect.stringContaining('delete-5-000000 is not the word')]);
  expect(/^Next: .*$/m.exec(stale.err)![0].split('--confirm')).toHaveLength(2);
  const member = await archive('delete', '--plate', 'ONE', '--confirm', word, '--wait');
  expect(member.code).toBe(3);
  expect(member.err).toContain('batch:SubmitJob');
  expect(await keys('imaging', images(full.ONE))).toHaveLength(4);
  const keeper = await as('keepers', () => archive('delete', '--plate', 'ONE', '--confirm', word, '--wait'));
  expect(keeper.err).toContain('all 1 plate done');
  expect(keeper.err).toContain('4 objects deleted');
  expect(keeper.err).toContain('0 kept that changed and 1 that came since the archive');
  expect(keeper.code).toBe(0);
  expect(await keys('imaging', images(full.ONE))).toEqual([`${images(full.ONE)}late.txt`]);
});

it('who submits a plate again that is archived and deleted is told that all is well', async () => {
  await twin.s3.send(new DeleteObjectCommand({ Bucket: 'imaging', Key: `${images(full.ONE)}late.txt` }));
  const again = await archive('create', '--plates', 'plates.csv', '--only', 'ONE', '--wait');
  expect([again.code, again.err]).toEqual([0, expect.stringContaining('all 1 plate done')]);
});

it('one well comes back to S3 by a job, another to a folder here, and nothing is written over', async () => {
  const job = await archive('restore', '--plate', 'ONE', '--include', 'r01c01*', '--wait');
  expect(job.code).toBe(0);
  expect(await keys('imaging', images(full.ONE))).toContain(`${images(full.ONE)}r01c01f01p01-ch1.tiff`);
  const shown = await archive('status', '--plate', 'ONE');
  expect(shown.out).toContain(' A ◆ ○ ·');
  const here = await archive('restore', '--plate', 'ONE', '--include', 'r16*', '--to', 'wells');
  expect(here.err).toContain('1 object restored and compared');
  const path = join(me.cwd, 'wells', images(full.ONE), 'r16c24f01p01-ch1.tiff');
  expect(readFileSync(path).equals(Buffer.alloc(3000, 'ONEr16c24'))).toBe(true);
  await writeFile(path, 'mine');
  const again = await archive('restore', '--plate', 'ONE', '--include', 'r16*', '--to', 'wells');
  expect([again.code, readFileSync(path, 'utf8')]).toEqual([4, 'mine']);
});

it('a plate that was given back can be verified again', async () => {
  expect((await archive('restore', '--plate', 'ONE', '--wait')).code).toBe(0);
  const { code, err } = await archive('verify', '--plate', 'ONE', '--wait');
  expect([code, err]).toEqual([0, expect.stringContaining('4 objects, 9.0 kB, proven')]);
  for (const well of ['r01c02', 'r16c24'])
    await twin.s3.send(
      new DeleteObjectCommand({ Bucket: 'imaging', Key: `${images(full.ONE)}${well}f01p01-ch1.tiff` }),
    );
});

it('the index of an archive comes back from its tars', async () => {
  const stored = (await keys('test-plates', 'plates/P/B/ONE/')).find(key => key.endsWith('/index.ndjson'))!;
  const body = await twin.s3.send(new GetObjectCommand({ Bucket: 'test-plates', Key: stored }));
  const text = await body.Body!.transformToString();
  await twin.s3.send(new DeleteObjectCommand({ Bucket: 'test-plates', Key: stored }));
  const rebuilt = await archive('rebuild', '--plate', 'ONE', '--to', 'rebuilt');
  expect(rebuilt.code).toBe(0);
  expect(readFileSync(join(me.cwd, 'rebuilt', 'index.ndjson'), 'utf8')).toBe(text);
  // The tar of the index has it once more, and who restores does not even see that it is lost.
  expect((await archive('restore', '--plate', 'ONE', '--include', 'r01c02*', '--to', 'lost')).code).toBe(0);
  const index = ['--index', 'rebuilt/index.ndjson', '--to', 'lost'];
  expect((await archive('restore', '--plate', 'ONE', '--include', 'r01c02*', ...index)).code).toBe(0);
});

it('a tarball of the older scripts is compared with what is beside it and unpacked, to a folder and by a job to S3', async () => {
  const tar = pack();
  tar.entry({ name: 'P_B_OLD/P/workspace/backend/B/OLD/OLD.sqlite' }, 'tables');
  tar.finalize();
  const body = gzipSync(await buffer(tar));
  const md5 = createHash('md5').update(body).digest('hex');
  await put('cold/P_B_OLD_backend.tar.gz', body);
  await put('cold/P_B_OLD_backend.tar.gz.md5', `${md5}  P_B_OLD_backend.tar.gz\n`);
  const key = 'projects/P/workspace/backend/B/OLD/OLD.sqlite';
  const old = ['--old', 's3://imaging/cold', '--plate', 'OLD'];
  const here = await archive('restore', ...old, '--to', 'old');
  expect(here.err).toContain('1 file restored, 0 there already');
  expect(here.code).toBe(0);
  expect(readFileSync(join(me.cwd, 'old', key), 'utf8')).toBe('tables');
  const none = await archive('restore', ...old, '--include', 'zz*', '--to', 'old');
  expect([none.code, none.err]).toEqual([2, expect.stringContaining('older tarballs of OLD fits zz*')]);
  await put('cold/P_B_OLD_backend.tar.gz.etag', `"${'0'.repeat(32)}"\n`);
  const damaged = await archive('restore', ...old, '--wait');
  expect(damaged.code).toBe(4);
  expect(damaged.err).toContain('is damaged: it is not what its .etag says');
  expect(await keys('imaging', key)).toEqual([]);
  await put('cold/P_B_OLD_backend.tar.gz.etag', md5);
  const job = await archive('restore', ...old, '--wait');
  expect(job.err).toContain('OLD: 1 older tarball');
  expect(job.code).toBe(0);
  expect(await keys('imaging', key)).toEqual([key]);
  const elsewhere = await archive('restore', '--old', 's3://imaging/others/', '--plate', 'OLD');
  expect([elsewhere.code, elsewhere.err]).toEqual([
    2,
    expect.stringContaining('is not below s3://imaging/cold/, where jobs may work'),
  ]);
});

it('objects of Intelligent-Tiering are asked for by filter, with a log that can be tried again', async () => {
  for (const Key of ['tiered/a.tiff', 'tiered/b.csv', 'tiered/c, "d".tiff'])
    await twin.s3.send(
      new PutObjectCommand({ Bucket: 'imaging', Key, Body: 'x', StorageClass: 'INTELLIGENT_TIERING' }),
    );
  const thaw = (...words: readonly string[]) =>
    me.lab(['archive', 'thaw', 's3://imaging/tiered/', ...words, '--local']);
  expect((await thaw('--include', '.tiff')).out).toMatch(/0 +0 +2 +0/);
  expect(readFileSync(join(me.cwd, 'thaw.csv'), 'utf8')).toBe(
    'key,status,message\ntiered/a.tiff,RESTORED,\n"tiered/c, ""d"".tiff",RESTORED,\n',
  );
  await writeFile(join(me.cwd, 'failed.csv'), 'key,status,message\n"tiered/c, ""d"".tiff",ERROR,SlowDown\n');
  expect((await thaw('--retry', 'failed.csv')).out).toMatch(/0 +0 +1 +0/);
  const none = await thaw('--include', '.png');
  expect([none.code, none.err]).toEqual([2, expect.stringContaining('holds no objects of the class')]);
});

it('verification is refused where there is nothing that could be compared, and with days that are none', async () => {
  const refused = await archive('verify', '--plates', 'ONE,TWO', '--proof-days', '0');
  expect(refused.code).toBe(2);
  for (const why of [
    '--proof-days: 0 is not',
    'there is no archive of TWO',
    'ONE was deleted behind its proof on',
  ])
    expect(refused.err).toContain(why);
});

describe('tars in a cold class', () => {
  beforeAll(async () => {
    // Lifecycle would do it, but for tars under 128 KiB.
    for (const Key of await keys('test-plates', 'plates/P/B/ZWEI/'))
      if (Key.endsWith('.tar'))
        await twin.s3.send(
          new CopyObjectCommand({
            ...{ Bucket: 'test-plates', Key, CopySource: encodeURI(`test-plates/${Key}`) },
            ...{ StorageClass: 'DEEP_ARCHIVE', ChecksumAlgorithm: 'CRC32' },
          }),
        );
  });

  const hour = 3600;
  /** What a rehearsal of hours writes: S3's time, and what becomes of its day. */
  const later = (hours: number) =>
    writeFile(
      join(me.cwd, 'twin', 'state', 's3', '.clock.json'),
      JSON.stringify({ aheadSeconds: hours * hour }),
    );
  const well1 = ['--plate', 'ZWEI', '--include', 'r01c01*'];
  const well = (to: string, ...words: readonly string[]) =>
    archive('restore', ...well1, '--to', to, ...words);
  const file = `${images(full.ZWEI)}r01c01f01p01-ch1.tiff`;
  /** A call that has said that it waits, and waits on when it has looked once more. */
  const waiting = async (words: readonly string[]): Promise<{ readonly over: Promise<Ran> }> => {
    const { promise: said, resolve } = Promise.withResolvers<void>();
    const over = me.lab(['archive', ...words, ...batch, '--wait'], '', undefined, text => {
      if (text.startsWith('waiting; what was asked for comes')) resolve();
    });
    await Promise.race([said, over]);
    const isOver = await Promise.race([over.then(() => true), sleep(700, false)]);
    expect(isOver).toBe(false);
    return { over };
  };

  it('a restore to a folder says price and time, asks, and goes on with the same again', async () => {
    const first = await well('thawed');
    expect(first.err).toMatch(/1 tar in DEEP_ARCHIVE: Bulk takes up to 48 hours and .*copies of 7 days/);
    expect(first.err).toContain('ZWEI: 1 of 1 tar is on the way');
    expect(first.err).toContain("--include 'r01c01*' --to thawed --project P --batch B --local --wait");
    expect(first.code).toBe(4);
    const second = await well('thawed');
    expect([second.code, second.err]).toEqual([4, expect.stringContaining('1 tar on the way already')]);
    await later(49);
    expect((await well('thawed')).code).toBe(0);
    expect(readFileSync(join(me.cwd, 'thawed', file)).equals(Buffer.alloc(3000, 'ZWEIr01c01'))).toBe(true);
  });

  it('--wait waits until the copies are there, to a folder', async () => {
    // The copies have gone again.
    await later(300);
    const { over } = await waiting(['restore', ...well1, '--to', 'waited']);
    await later(300 + 49);
    const { code, err } = await over;
    expect(err).toContain('waiting; what was asked for comes whether or not anybody waits');
    expect(code).toBe(0);
    expect(existsSync(join(me.cwd, 'waited', file))).toBe(true);
  });

  it('audit and verification ask for what they will read, and go on when it is there', async () => {
    await later(450);
    const audit = () => archive('audit', 'ZWEI', '--share', '1%');
    const prove = (...words: readonly string[]) => archive('verify', '--plate', 'ZWEI', ...words);
    const first = await prove();
    expect([first.code, first.err]).toEqual([4, expect.stringContaining('nothing was submitted yet')]);
    await later(450 + 49);
    const proven = await prove('--wait');
    expect([proven.code, proven.err]).toEqual([0, expect.stringContaining('3 objects, 9.0 kB, proven')]);
    await later(750);
    const asked = await audit();
    expect([asked.code, asked.err]).toEqual([4, expect.stringContaining('ZWEI: 1 of 1 tar is on the way')]);
    await later(750 + 49);
    expect((await audit()).out).toMatch(/ZWEI +1 +0 +1 of 3 +holds/);
  });

  it('a restore to S3 submits no job before the copies are there', async () => {
    await later(1200);
    const runs = async () => (await me.lab(['runs', '--json', '--local'])).out;
    const before = await runs();
    const back = ['--plate', 'ZWEI', '--include', 'r01c01*', '--to', 's3://imaging/back/'];
    const first = await archive('restore', ...back);
    expect([first.code, first.err]).toEqual([4, expect.stringContaining('nothing was submitted yet')]);
    expect(await runs()).toBe(before);
    const stopping = new AbortController();
    const given = me.lab(
      ['archive', 'restore', ...back, ...batch, '--wait'],
      '',
      stopping.signal,
      text => void (text.startsWith('waiting;') && stopping.abort()),
    );
    expect(await given).toMatchObject({ code: 130, err: expect.stringContaining('nothing was submitted') });
    const { over } = await waiting(['restore', ...back]);
    await later(1200 + 49);
    expect((await over).code).toBe(0);
    expect(await keys('imaging', 'back/')).toEqual([`back/${file}`]);
  });
});

it('an archive is destroyed for good by a keeper alone, and its record stays', async () => {
  const words = ['--plate', 'ONE', '--reason', 'consent withdrawn'];
  const word = await confirmWord('destroy', ...words);
  expect((await archive('destroy', ...words)).err).toContain('THE ARCHIVE IS ALL THERE IS OF THEM');
  expect((await archive('destroy', ...words, '--confirm', word)).code).toBe(3);
  const done = await as('keepers', () => archive('destroy', ...words, '--confirm', word, '--wait'));
  expect(done.code).toBe(0);
  expect(await keys('test-plates', 'plates/P/B/ONE/')).toEqual([]);
  const { err } = await archive('status');
  expect(err).toMatch(/ONE was destroyed on \d{4}-\d\d-\d\d: consent withdrawn/);
  const one = await archive('restore', '--plate', 'ONE', '--to', 'one');
  expect([one.code, one.err]).toEqual([2, expect.stringMatching(/ONE: was destroyed on .*: consent/)]);
});
