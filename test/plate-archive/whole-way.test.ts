import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, GetObjectCommand, GetObjectTaggingCommand } from '@aws-sdk/client-s3';
import { coldTarsTold } from './whole-way/cold-tars.ts';
import { olderArchivesTold } from './whole-way/older-archives.ts';
import { batch, full, images, platesOnTwin } from './whole-way/plates.ts';

const lab = platesOnTwin();
const { archive, as, put, keys, confirmWord } = lab;

it('a plan says objects, bytes, tars, requests and money, and what plates lack', async () => {
  const { code, err } = await lab.me.lab([
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

it('a plan reckons nothing of what has an archive already, and says so', async () => {
  const plan = (...more: string[]) =>
    lab.me.lab(['submit', 'plate-archive', '--plates', 'plates.csv', '--dry-run', ...more, ...batch]);
  const { err } = await plan();
  expect(err).toContain('0 objects, 0.0 kB, in 0 tars');
  expect(err).toContain('ONE, ZWEI have archives already: not reckoned here');
  expect(err).toContain('BAD has no images');
  expect((await plan('--again')).err).toContain('7 objects, 18.0 kB, in 2 tars');
});

it('status tells each plate, and of one its wells', async () => {
  const { code, out } = await lab.me.lab(['archive', 'status', '--local']);
  expect(code).toBe(0);
  expect(out).toMatch(/plate +objects +bytes +archived +verified +deleted +restorable/);
  expect(out).toMatch(/ONE +4 +9\.0 kB +yes +yes +no +now/);
  const one = await lab.me.lab(['archive', 'status', 'ZWEI', '--html', 'zwei.html', '--local']);
  expect(one.out).toContain(' A ● ● ·');
  expect(readFileSync(join(lab.me.cwd, 'zwei.html'), 'utf8')).toContain('<svg');
  expect((await lab.me.lab(['archive', 'status', 'ZWEJ', '--local'])).err).toContain('did you mean ZWEI?');
});

it('what was verified is tagged for the class that it is to have, and what was not is not', async () => {
  const tars = (await keys('test-plates', 'plates/P/B/ONE/')).filter(key => key.endsWith('.tar'));
  expect(tars).toHaveLength(2);
  for (const Key of tars) {
    const { TagSet } = await lab.twin.s3.send(new GetObjectTaggingCommand({ Bucket: 'test-plates', Key }));
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
    expect(none.err).toContain('npx lab archive ls ONE --local, which lists what it holds');
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
  // As it stands it is a keeper's, also where a member has asked.
  expect(err).toMatch(/^Next: LAB_TWIN_AS=keepers npx lab archive delete .*--confirm delete-4-[0-9a-f]+$/m);
  expect(await keys('imaging', images(full.ONE))).toHaveLength(4);
});

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
  expect(member.err).toContain('LAB_TWIN_AS=keepers');
  expect(await keys('imaging', images(full.ONE))).toHaveLength(4);
  const keeper = await as('keepers', () => archive('delete', '--plate', 'ONE', '--confirm', word, '--wait'));
  expect(keeper.err).toMatch(/^1 plate done/m);
  expect(keeper.err).toContain('4 objects deleted');
  // It has no outputs to be fetched; what there is to see is how the archives stand.
  for (const verb of ['status', 'why'])
    expect((await lab.me.lab([verb, 'latest', '--local'])).err).toMatch(
      /^Next: npx lab archive status --local$/m,
    );
  expect(keeper.err).toContain('0 kept that changed and 1 that came since the archive');
  expect(keeper.code).toBe(0);
  expect(await keys('imaging', images(full.ONE))).toEqual([`${images(full.ONE)}late.txt`]);
});

it('who submits a plate again that is archived and deleted is told that all is well', async () => {
  await lab.twin.s3.send(new DeleteObjectCommand({ Bucket: 'imaging', Key: `${images(full.ONE)}late.txt` }));
  const again = await archive('create', '--plates', 'plates.csv', '--only', 'ONE', '--wait');
  expect([again.code, again.err]).toEqual([0, expect.stringMatching(/^1 plate done/m)]);
});

it('one well comes back to S3 by a job, another to a folder here, and nothing is written over', async () => {
  const job = await archive('restore', '--plate', 'ONE', '--include', 'r01c01*', '--wait');
  expect(job.code).toBe(0);
  expect(await keys('imaging', images(full.ONE))).toContain(`${images(full.ONE)}r01c01f01p01-ch1.tiff`);
  const shown = await archive('status', '--plate', 'ONE');
  expect(shown.out).toContain(' A ◆ ○ ·');
  const here = await archive('restore', '--plate', 'ONE', '--include', 'r16*', '--to', 'wells');
  expect(here.err).toContain('1 object restored and compared');
  const path = join(lab.me.cwd, 'wells', images(full.ONE), 'r16c24f01p01-ch1.tiff');
  expect(readFileSync(path).equals(Buffer.alloc(3000, 'ONEr16c24'))).toBe(true);
  await writeFile(path, 'mine');
  const again = await archive('restore', '--plate', 'ONE', '--include', 'r16*', '--to', 'wells');
  expect([again.code, readFileSync(path, 'utf8')]).toEqual([4, 'mine']);
});

it('a plate that was given back can be verified again', async () => {
  const [toAudit, toRestore] = [/^Next: npx lab archive audit --plate ONE /m, /^Next: .*archive restore/m];
  expect((await archive('status', '--plate', 'ONE')).err).toMatch(toRestore);
  expect((await archive('restore', '--plate', 'ONE', '--wait')).code).toBe(0);
  // All of it is there: nothing is left to restore.
  for (const json of [[], ['--json']])
    expect((await archive('status', '--plate', 'ONE', ...json)).err).toMatch(toAudit);
  const { code, err } = await archive('verify', '--plate', 'ONE', '--wait');
  expect([code, err]).toEqual([0, expect.stringContaining('4 objects, 9.0 kB, proven')]);
  for (const well of ['r01c02', 'r16c24'])
    await lab.twin.s3.send(
      new DeleteObjectCommand({ Bucket: 'imaging', Key: `${images(full.ONE)}${well}f01p01-ch1.tiff` }),
    );
});

it('the index of an archive comes back from its tars', async () => {
  const stored = (await keys('test-plates', 'plates/P/B/ONE/')).find(key => key.endsWith('/index.ndjson'))!;
  const body = await lab.twin.s3.send(new GetObjectCommand({ Bucket: 'test-plates', Key: stored }));
  const text = await body.Body!.transformToString();
  await lab.twin.s3.send(new DeleteObjectCommand({ Bucket: 'test-plates', Key: stored }));
  const rebuilt = await archive('rebuild', '--plate', 'ONE', '--to', 'rebuilt');
  expect(rebuilt.code).toBe(0);
  expect(readFileSync(join(lab.me.cwd, 'rebuilt', 'index.ndjson'), 'utf8')).toBe(text);
  // The tar of the index has it once more, and who restores does not even see that it is lost.
  expect((await archive('restore', '--plate', 'ONE', '--include', 'r01c02*', '--to', 'lost')).code).toBe(0);
  const index = ['--index', 'rebuilt/index.ndjson', '--to', 'lost'];
  expect((await archive('restore', '--plate', 'ONE', '--include', 'r01c02*', ...index)).code).toBe(0);
});

it.each([['restore'], ['rebuild']])(
  '%s to a place that holds no files is refused before anything is asked for',
  async verb => {
    for (const to of ['/proc', '/proc/lab/plate', '/sys/lab']) {
      const { code, err } = await archive(verb, '--plate', 'ONE', '--to', to);
      expect([code, err]).toEqual([2, expect.stringContaining('cannot be written or read (E')]);
    }
  },
);

olderArchivesTold(lab);

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

coldTarsTold(lab);

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
