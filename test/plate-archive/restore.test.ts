import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { audit, readChecksumReport, sampleOf } from '../../jobs/plate-archive/audit.ts';
import { tarKey } from '../../jobs/plate-archive/format/archive-keys.ts';
import { foldersOf, memberName } from '../../jobs/plate-archive/format/member-name.ts';
import { archivedPlates, plateStatus } from '../../jobs/plate-archive/plate/plate-status.ts';
import { bucketTarget } from '../../jobs/plate-archive/restore/bucket-target.ts';
import { lookAtRestore } from '../../jobs/plate-archive/restore/describe-restore.ts';
import { findEntries, matcher, readSeal } from '../../jobs/plate-archive/restore/find-entries.ts';
import { folderTarget } from '../../jobs/plate-archive/restore/folder-target.ts';
import { restoreEntries } from '../../jobs/plate-archive/restore/restore-entries.ts';
import type { RestoreTarget } from '../../jobs/plate-archive/restore/target.ts';
import { neededTars, request } from '../../jobs/plate-archive/restore/thaw.ts';
import { imagesPrefix, now, PlateLab, plate } from './plate-lab.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-restore-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function archived(): Promise<{ lab: PlateLab; digest: string; bodies: Map<string, Buffer> }> {
  const lab = new PlateLab();
  for (const well of ['r01c01', 'r01c02', 'r02c01'])
    for (const field of [1, 2, 3]) lab.image(`${well}f0${field}.tiff`, Buffer.alloc(6000, `${well}${field}`));
  lab.image('odd//name', 'odd');
  const bodies = new Map(lab.s3.current('live').map(({ key, body }) => [key, body]));
  const { digest } = await lab.archive();
  await lab.verify(digest);
  return { lab, digest, bodies };
}

async function give(
  lab: PlateLab,
  digest: string,
  target: RestoreTarget,
  patterns: string[],
  overwrite = false,
) {
  const store = lab.s3.store('cold');
  const seal = await readSeal(store, plate, digest);
  const entries = await findEntries(store, plate, seal, patterns);
  const tars = await neededTars(store, plate, seal, entries);
  const byNumber = new Map(tars.map(({ number, object }) => [number, object]));
  return restoreEntries({ archive: store, tars: byNumber, entries, target, overwrite, parallel: 3 });
}
const safeName = (keys: Iterable<string>) => {
  const folders = foldersOf(keys);
  return (key: string): string => memberName(key, folders).slice('data/'.length);
};

it('gives one well back to a bucket after the plate was deleted, and never replaces what is there', async () => {
  const { lab, digest, bodies } = await archived();
  await lab.delete(digest);
  expect(lab.keys()).toEqual([]);
  lab.image('r01c01f02.tiff', 'something newer');
  const outcomes = await give(lab, digest, bucketTarget(lab.s3.store('live'), ''), ['r01c01*']);
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['restored', 'kept', 'restored']);
  expect(
    lab.s3
      .object('live', `${imagesPrefix}r01c01f01.tiff`)!
      .body.equals(bodies.get(`${imagesPrefix}r01c01f01.tiff`)!),
  ).toBe(true);
  expect(lab.s3.object('live', `${imagesPrefix}r01c01f02.tiff`)!.body.toString()).toBe('something newer');
  const again = await give(lab, digest, bucketTarget(lab.s3.store('live'), ''), ['r01c01*']);
  expect(again.map(({ outcome }) => outcome)).toEqual(['there', 'kept', 'there']);
});

it('gives everything back to a folder, wild keys under safe names, and leaves nothing half written', async () => {
  const { lab, digest, bodies } = await archived();
  const nameOf = safeName(bodies.keys());
  const target = folderTarget(folder, nameOf, false);
  expect((await give(lab, digest, target, [])).every(({ outcome }) => outcome === 'restored')).toBe(true);
  for (const [key, body] of bodies)
    expect((await readFile(join(folder, nameOf(key)))).equals(body)).toBe(true);
  const files = await readdir(folder, { recursive: true });
  expect(files.filter(name => name.includes('.restoring-'))).toEqual([]);
  await writeFile(join(folder, nameOf(`${imagesPrefix}r02c01f01.tiff`)), 'mine');
  expect((await give(lab, digest, target, ['r02c01f01.tiff'])).map(({ outcome }) => outcome)).toEqual([
    'kept',
  ]);
  const replacing = folderTarget(folder, nameOf, true);
  expect(
    (await give(lab, digest, replacing, ['r02c01f01.tiff'], true)).map(({ outcome }) => outcome),
  ).toEqual(['restored']);
});

it('on a disk that takes parts of writes, as one that is nearly full does, what is restored is whole all the same', async () => {
  const { lab, digest, bodies } = await archived();
  const nameOf = safeName(bodies.keys());
  const probe = await open(join(folder, 'probe'), 'w');
  const handle = Object.getPrototypeOf(probe) as typeof probe;
  const write = probe.write as (...words: unknown[]) => Promise<unknown>;
  await probe.close();
  const taken = jest.spyOn(handle, 'write').mockImplementation(async function part(
    this: typeof probe,
    ...[bytes, offset = 0, length, position]: unknown[]
  ) {
    const all = bytes as Buffer;
    const most = Math.min((length as number | undefined) ?? all.length, 1000);
    return write.call(this, all, offset as number, most, position as number | null);
  } as never);
  await give(lab, digest, folderTarget(folder, nameOf, false), []);
  taken.mockRestore();
  for (const [key, body] of bodies)
    expect((await readFile(join(folder, nameOf(key)))).equals(body)).toBe(true);
});

it('two restores of the same at once: each says of what the other has put there that it is there', async () => {
  const { lab, digest, bodies } = await archived();
  const nameOf = safeName(bodies.keys());
  const [mine, theirs] = [folderTarget(folder, nameOf, false), folderTarget(folder, nameOf, false)];
  const others = `${imagesPrefix}r01c02f01.tiff`;
  // The other one is done with each just before it is put in place here; one was somebody else's.
  const second: RestoreTarget = {
    ...mine,
    async open(key, size) {
      const placing = await mine.open(key, size);
      return {
        ...placing,
        async commit() {
          if (key === others) await writeFile(join(folder, nameOf(key)), 'mine');
          else await give(lab, digest, theirs, [key]);
          return placing.commit();
        },
      };
    },
  };
  const outcomes = await give(lab, digest, second, []);
  expect(outcomes.filter(({ outcome }) => outcome === 'kept').map(({ key }) => key)).toEqual([others]);
  expect(outcomes.filter(({ outcome }) => outcome === 'there')).toHaveLength(bodies.size - 1);
});

it('what a killed restore left half written is taken away by the next, and nobody else’s', async () => {
  const { lab, digest, bodies } = await archived();
  const nameOf = safeName(bodies.keys());
  const at = dirname(join(folder, nameOf(`${imagesPrefix}r02c01f01.tiff`)));
  await mkdir(at, { recursive: true });
  const gone = spawnSync('true').pid;
  const [left, alive] = [gone, process.pid].map(pid => `.restoring-${hostname()}-${pid}-7`);
  for (const name of [left!, alive!]) await writeFile(join(at, name), 'half');
  await give(lab, digest, folderTarget(folder, nameOf, false), ['r02c01f01.tiff']);
  expect((await readdir(at)).sort()).toEqual([alive, 'r02c01f01.tiff']);
});

it('what the archive gives damaged is put nowhere', async () => {
  const { lab, digest } = await archived();
  lab.s3.object('cold', tarKey(plate, digest, 0))!.body[2500]! ^= 1;
  const outcomes = await give(
    lab,
    digest,
    folderTarget(folder, key => key, false),
    ['r01c01f01.tiff'],
  );
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['damaged']);
  expect(
    (await readdir(folder, { recursive: true, withFileTypes: true })).filter(each => each.isFile()),
  ).toEqual([]);
});

it('finds one object and reads it by four GETs: no more of the index than a block, and nothing of the inventory', async () => {
  const { lab } = await archived();
  const store = lab.s3.store('cold');
  lab.s3.requests.length = 0;
  const { entries, tars } = await lookAtRestore(store, plate, [`${imagesPrefix}r02c01f01.tiff`]);
  await restoreEntries({
    ...{ archive: store, entries, overwrite: false, parallel: 3 },
    tars: new Map(tars.map(({ number, object }) => [number, object])),
    target: {
      state: async () => 'absent',
      open: async () => ({ write: async () => {}, commit: async () => true, abort: async () => {} }),
      marker: async () => {},
    },
  });
  expect(lab.s3.requests.map(each => each.split(' ')[0])).toEqual([
    ...['list', 'get', 'get', 'get', 'look', 'read'],
  ]);
});

it('asks only for the tars that are needed, and only for those that are cold', async () => {
  const { lab, digest } = await archived();
  const store = lab.s3.store('cold');
  const seal = await readSeal(store, plate, digest);
  for (const { key } of lab.s3.current('cold'))
    if (key.endsWith('.tar')) lab.s3.object('cold', key)!.storageClass = 'DEEP_ARCHIVE';
  const entries = await findEntries(store, plate, seal, ['r01c01*']);
  const tars = await neededTars(store, plate, seal, entries);
  expect(tars.length).toBeLessThan(seal.tars.length);
  expect(tars.map(({ state }) => state)).toEqual(tars.map(() => 'archived'));
  expect(await request(store, tars, { tier: 'Bulk', days: 3 })).toBe(tars.length);
  expect((await neededTars(store, plate, seal, entries)).every(({ state }) => state === 'on-its-way')).toBe(
    true,
  );
  expect(await request(store, await neededTars(store, plate, seal, entries), { tier: 'Bulk', days: 3 })).toBe(
    0,
  );
});

it('patterns take signs for themselves, and wildcards within a folder', () => {
  const fits = matcher(['a[1].tif', 'r01c0?f*', 'x/**']);
  expect(['p/a[1].tif', 'p/r01c02f1.tiff', 'p/x/y/z'].map(fits)).toEqual([true, true, true]);
  expect(['p/a1.tif', 'p/ar01c02f1', 'p/r01c02f1/z', 'p/xx/y'].map(fits)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

it('an audit sees what changed since the proof, by reading and by a report of checksums', async () => {
  const { lab, digest } = await archived();
  const { proof } = await lab.verify(digest);
  const store = lab.s3.store('cold');
  const sample = await sampleOf(store, plate, proof!, { share: 1, seed: 's' });
  expect(await audit(store, plate, proof!, { sample })).toMatchObject({ read: 10, problems: [] });
  // A share of next to nothing is one object, or an audit would hold without a look.
  expect(await sampleOf(store, plate, proof!, { share: 1e-9, seed: 's' })).toHaveLength(1);
  const key = tarKey(plate, digest, 0);
  const report = readChecksumReport(
    `"cold","pre/${encodeURIComponent(key)}","","succeeded","","200","{""checksum_hex"":""${'0'.repeat(64)}""}"\n`,
    'pre/',
  );
  // The one is another, and the report has nothing of the second.
  expect((await audit(store, plate, proof!, { sample: [], report })).problems).toHaveLength(2);
  expect((await audit(store, plate, proof!, { sample: [], report: new Map() })).problems).toHaveLength(1);
  lab.s3.object('cold', key)!.body[2500]! ^= 1;
  expect((await audit(store, plate, proof!, { sample })).problems).toHaveLength(1);
  lab.s3.remove('cold', key);
  expect((await audit(store, plate, proof!, { sample: [] })).problems).toHaveLength(1);
});

it('a plate stands in a table with what was done to it', async () => {
  const { lab, digest } = await archived();
  const stores = {
    archive: lab.s3.store('cold'),
    proofs: lab.s3.store('proofs'),
    journals: lab.s3.store('journal'),
  };
  expect(await plateStatus(stores, plate, now())).toMatchObject({
    objects: 10,
    archived: 'yes',
    verified: 'yes',
    deleted: 'no',
    restorable: 'now',
  });
  expect(await plateStatus(stores, plate, new Date('2027-01-01'))).toMatchObject({ verified: 'expired' });
  await lab.delete(digest);
  expect(await plateStatus(stores, plate, now())).toMatchObject({ deleted: 'yes' });
  lab.s3.write('cold', 'P/B/BR02/generations/000001', 'x');
  lab.s3.write('cold', 'P/B2/BR03/generations/000001', 'x');
  const names: string[] = [];
  for await (const found of archivedPlates(stores.archive, 'P/')) names.push(`${found.batch}/${found.plate}`);
  expect(names).toEqual(['B/BR01', 'B/BR02', 'B2/BR03']);
});
