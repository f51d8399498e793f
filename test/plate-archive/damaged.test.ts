import { audit } from '../../jobs/plate-archive/audit.ts';
import {
  generationKey,
  indexKey,
  indexTarKey,
  inventoryKey,
  proofKey,
  sealKey,
  tarKey,
} from '../../jobs/plate-archive/format/archive-keys.ts';
import { plateStatus } from '../../jobs/plate-archive/plate/plate-status.ts';
import { bucketTarget } from '../../jobs/plate-archive/restore/bucket-target.ts';
import { lookAtRestore } from '../../jobs/plate-archive/restore/describe-restore.ts';
import { restoreEntries } from '../../jobs/plate-archive/restore/restore-entries.ts';
import { destroyedPlates, destroyedText } from '../../jobs/plate-archive/verbs/destroyed.ts';
import { imagesPrefix, now, PlateLab, plate } from './plate-lab.ts';

/** Archives that lost a file, or have another in its place: told in words, stopped for nobody else, and restored from where bytes are. */
async function archived(options = {}): Promise<{ lab: PlateLab; digest: string }> {
  const lab = new PlateLab(options);
  for (const well of ['r01c01', 'r01c02', 'r02c01']) lab.image(`${well}f01.tiff`, Buffer.alloc(9000, well));
  const { digest } = await lab.archive();
  await lab.verify(digest);
  return { lab, digest };
}

const stores = (lab: PlateLab) => ({
  archive: lab.s3.store('cold'),
  proofs: lab.s3.store('proofs'),
  journals: lab.s3.store('journal'),
});

async function giveBack(lab: PlateLab, number?: number): Promise<readonly string[]> {
  const archive = lab.s3.store('cold');
  const { entries, tars } = await lookAtRestore(archive, plate, [], { number });
  const outcomes = await restoreEntries({
    ...{ archive, entries, overwrite: false, parallel: 2 },
    tars: new Map(tars.map(({ number: tar, object }) => [tar, object])),
    target: bucketTarget(lab.s3.store('back'), ''),
  });
  return outcomes.map(({ outcome }) => outcome);
}
const all = ['restored', 'restored', 'restored'];

it('inventory and index that are lost or damaged are read from the tar that has them once more', async () => {
  const { lab, digest } = await archived();
  lab.s3.remove('cold', inventoryKey(plate, digest));
  lab.s3.write('cold', indexKey(plate, digest), 'not it');
  expect(await plateStatus(stores(lab), plate, now())).toMatchObject({
    ...{ archived: 'yes', objects: 3, verified: 'yes', problems: [] },
  });
  expect(await giveBack(lab)).toEqual(all);
  // What was proven is not what lies there: nothing is deleted behind it, and the verifier says so.
  await expect(lab.delete(digest)).rejects.toThrow('the inventory is not the one that was proven');
  expect((await lab.verify(digest)).proof).toBeUndefined();
});

it('an archive without any inventory is told as damaged, and the plate archived anew', async () => {
  const { lab, digest } = await archived();
  lab.s3.remove('cold', inventoryKey(plate, digest));
  lab.s3.remove('cold', indexTarKey(plate, digest));
  const status = await plateStatus(stores(lab), plate, now());
  expect(status).toMatchObject({ archived: 'damaged', objects: 3, restorable: 'now' });
  expect(status!.problems.join()).toContain('inventory.ndjson is lost, and no tar of its archive has it');
  expect(await giveBack(lab)).toEqual(all);
  const again = await lab.archive({ now: () => new Date(now().getTime() + 1000) });
  expect([again.wasWhole, again.digest === digest]).toEqual([false, false]);
  expect((await lab.verify(again.digest)).proof).toBeDefined();
});

it.each([
  ['the proof', 'proofs', (digest: string) => proofKey(plate, digest), { verified: 'damaged' }],
  ['archive.json', 'cold', (digest: string) => sealKey(plate, digest), { archived: 'damaged' }],
  ['the number of the archive', 'cold', () => generationKey(plate, 1), { archived: 'damaged' }],
])('%s that is damaged is told, and nothing is deleted', async (_, bucket, keyOf, seen) => {
  const { lab, digest } = await archived();
  lab.s3.write(bucket, keyOf(digest), 'x');
  const status = await plateStatus(stores(lab), plate, now());
  expect(status).toMatchObject(seen);
  expect(status!.problems).toHaveLength(1);
  if (bucket === 'proofs') await expect(lab.delete(digest)).rejects.toThrow('the proof is damaged');
});

it('a seal that is lost after the deletion is made anew from the tars that are there', async () => {
  const { lab, digest } = await archived();
  await lab.delete(digest);
  lab.image('late.tiff', 'came later');
  const { body } = lab.s3.object('cold', sealKey(plate, digest))!;
  lab.s3.remove('cold', sealKey(plate, digest));
  await expect(giveBack(lab)).rejects.toThrow('lab archive create finishes it');
  expect((await lab.archive()).digest).toBe(digest);
  expect(lab.s3.object('cold', sealKey(plate, digest))!.body.equals(body)).toBe(true);
  expect(await giveBack(lab)).toEqual(all);
});

it('a tar that was written over, or deleted, is given back from its sealed version, and nothing is deleted behind it', async () => {
  for (const harm of ['write', 'remove'] as const) {
    const { lab, digest } = await archived({ versioned: true });
    const { proof } = await lab.verify(digest);
    lab.s3[harm]('cold', tarKey(plate, digest, 0), 'something else');
    expect(await giveBack(lab)).toEqual(all);
    const { problems } = await audit(lab.s3.store('cold'), plate, proof!, { sample: [] });
    expect(problems.join()).toContain('the proven version');
    await expect(lab.delete(digest)).rejects.toThrow('the proven version');
  }
});

it('what an older archive of the plate holds comes back by its number', async () => {
  const { lab, digest } = await archived();
  await lab.delete(digest);
  lab.image('r05c05f01.tiff', 'imaged anew');
  const { digest: second } = await lab.archive({ again: true });
  expect(second).not.toBe(digest);
  expect(await giveBack(lab)).toEqual(['restored']);
  expect(await giveBack(lab, 1)).toEqual(all);
  await expect(giveBack(lab, 3)).rejects.toThrow('BR01 has no archive 3: it has 1, 2');
  const archive = lab.s3.store('cold');
  const error = await lookAtRestore(archive, plate, ['r01c01*']).catch((each: unknown) => each);
  expect((error as { fix(name: string): string }).fix('BR01')).toContain('--archive 1');
});

it('a source that changed before the proof is archived anew; what it has lost keeps the archive that holds it', async () => {
  for (const isLost of [false, true]) {
    const lab = new PlateLab();
    for (const well of ['r01c01', 'r01c02']) lab.image(`${well}f01.tiff`, Buffer.alloc(9000, well));
    const { digest } = await lab.archive();
    lab.image('r01c01f01.tiff', 'written anew');
    if (isLost) lab.s3.remove('live', `${imagesPrefix}r01c02f01.tiff`);
    expect((await lab.verify(digest)).proof).toBeUndefined();
    const again = lab.archive();
    if (isLost) await expect(again).rejects.toThrow('--again archives it anew');
    else expect((await lab.verify((await again).digest)).proof).toBeDefined();
  }
});

it('a destruction that left something is not told as done', async () => {
  const lab = new PlateLab();
  const begun = JSON.stringify({ plate: 'BR01', at: '2026-02-01T00:00:00Z', reason: 'a mistake' });
  for (const [time, left] of [
    ['A/1', 11],
    ['A/2', 0],
    ['B/1', 11],
    ['C/1', undefined],
  ] as const) {
    lab.s3.write('records', `P/B/${time}.begun.json`, begun);
    if (left !== undefined) lab.s3.write('records', `P/B/${time}.ended.json`, JSON.stringify({ left }));
  }
  const told = (await destroyedPlates(lab.s3.store('records'), 'P')).map(destroyedText);
  expect(told).toEqual([
    'BR01 was destroyed on 2026-02-01: a mistake',
    expect.stringContaining('11 versions are left'),
    expect.stringContaining('some versions are left'),
  ]);
});
