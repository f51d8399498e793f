import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { checkTar } from '../../containers/plate-archive/verifier/check-tar.ts';
import { verifyPlate } from '../../containers/plate-archive/verifier/verify-plate.ts';
import { indexKey, indexTarKey, tarsPrefix } from '../../jobs/plate-archive/format/archive-keys.ts';
import { sha256 } from '../../jobs/plate-archive/format/inventory.ts';
import { newestGeneration } from '../../jobs/plate-archive/generations.ts';
import { PlateError } from '../../jobs/plate-archive/plate/plate-error.ts';
import { prefixed } from '../../jobs/plate-archive/prefixed.ts';
import { lookAtRestore } from '../../jobs/plate-archive/restore/describe-restore.ts';
import { rebuildIndex } from '../../jobs/plate-archive/restore/scan-tars.ts';
import { fixedKeys } from '../../lib/aws/wire/credentials.ts';
import { objectStore } from '../../lib/aws/wire/object-store.ts';
import { program } from '../helpers/program.ts';
import { some } from '../helpers/runs.ts';
import { keys, startS3 } from '../twin/s3/helper.ts';
import { Killed, Refused } from './fake-faults.ts';
import { imagesPrefix, now, PlateLab, plate } from './plate-lab.ts';

it('a plate of which there is nothing is refused, and one of empty objects is archived like any other', async () => {
  const nothing = new PlateLab();
  await expect(nothing.archive()).rejects.toThrow('there are no images of BR01');
  expect(nothing.s3.current('cold')).toEqual([]);
  const empty = new PlateLab();
  for (const name of ['r01c01f01.tiff', 'marker/', 'deep/er/']) empty.image(name, '');
  const { digest } = await empty.archive();
  expect((await empty.verify(digest)).proof?.objects).toBe(3);
  expect(await empty.delete(digest)).toMatchObject({ deleted: 3 });
});

it('objects of a source that lie in a cold class stop the plate by name; their readable copies do not', async () => {
  const lab = new PlateLab();
  lab.image('warm.tiff', 'warm');
  const cold = lab.s3.write('live', `${imagesPrefix}cold.tiff`, 'cold', { storageClass: 'GLACIER' });
  await expect(lab.archive()).rejects.toThrow(`s3://live/${imagesPrefix}cold.tiff first`);
  expect(lab.s3.current('cold')).toEqual([]);
  cold.restore = { ongoing: true };
  await expect(lab.archive()).rejects.toThrow('cannot be read');
  cold.restore = { ongoing: false };
  const { digest } = await lab.archive();
  expect((await lab.verify(digest)).proof?.objects).toBe(2);
});

it('an object that the archiver may not read stops the plate by name', async () => {
  const lab = new PlateLab();
  for (const well of ['r01c01', 'r01c02']) lab.image(`${well}f01.tiff`, Buffer.alloc(3000, well));
  lab.s3.faults = {
    before: (operation, bucket, key) => {
      if (operation === 'read' && bucket === 'live' && key.includes('r01c02'))
        throw new Refused('InvalidRequest', 400);
    },
  };
  await expect(lab.archive()).rejects.toThrow(
    new PlateError([
      `s3://live/${imagesPrefix}r01c02f01.tiff cannot be read, InvalidRequest: InvalidRequest`,
    ]),
  );
});

it('credentials that expire at any request leave nothing that the next attempt does not make whole', async () => {
  const filled = (): PlateLab => {
    const lab = new PlateLab();
    for (let i = 0; i < 4; i++) lab.image(`r01c0${i + 1}f01.tiff`, Buffer.alloc(30_000, `${i}`));
    return lab;
  };
  const whole = filled();
  await whole.archive();
  const requests = whole.s3.requests.length;
  expect(requests).toBeGreaterThan(20);
  for (const last of some(
    Array.from({ length: requests }, (_, at) => at),
    3,
  )) {
    const lab = filled();
    let count = 0;
    lab.s3.faults = {
      before: () => {
        if (count++ >= last) throw new Refused('ExpiredToken', 400);
      },
    };
    await expect(lab.archive()).rejects.toThrow('ExpiredToken');
    lab.s3.faults = {};
    const { digest } = await lab.archive();
    expect((await lab.verify(digest)).proof?.objects).toBe(4);
  }
});

it.each(['before', 'after'] as const)(
  'a process that is gone %s any of its requests is gone on with to the same tars',
  async side => {
    const filled = (): PlateLab => {
      const lab = new PlateLab();
      for (let i = 0; i < 4; i++) lab.image(`r01c0${i + 1}f01.tiff`, Buffer.alloc(30_000, `${i}`));
      return lab;
    };
    const goWholeWay = async (lab: PlateLab): Promise<void> => {
      const { digest } = await lab.archive();
      // What is deleted already cannot be proved again: the proof of before the kill stands.
      if (lab.keys().length === 4) expect((await lab.verify(digest)).proof?.objects).toBe(4);
      await lab.delete(digest);
    };
    const tarsOf = (lab: PlateLab): readonly unknown[] =>
      lab.s3
        .current('cold')
        .filter(({ key }) => key.endsWith('.tar'))
        .map(({ key, body }) => [key, sha256(body)]);
    const whole = filled();
    let requests = 0;
    whole.s3.faults = { [side]: () => void requests++ };
    await goWholeWay(whole);
    expect(whole.keys()).toEqual([]);
    expect(requests).toBeGreaterThan(20);
    for (const last of some(
      Array.from({ length: requests }, (_, at) => at),
      3,
    )) {
      const lab = filled();
      let count = 0;
      lab.s3.faults = {
        [side]: () => {
          if (count++ >= last) throw new Killed('gone');
        },
      };
      await expect(goWholeWay(lab)).rejects.toThrow('gone');
      lab.s3.faults = {};
      await goWholeWay(lab);
      expect(tarsOf(lab)).toEqual(tarsOf(whole));
      expect(lab.keys()).toEqual([]);
    }
  },
);

it('clocks that differ delete nothing: a proof of tomorrow is none, and one of last month neither', async () => {
  const lab = new PlateLab();
  lab.image('r01c01f01.tiff', 'x');
  const { digest } = await lab.archive();
  await lab.verify(digest);
  const off = (hours: number) => () => new Date(now().getTime() + hours * 3_600_000);
  await expect(lab.delete(digest, off(-24))).rejects.toThrow('which is yet to come');
  await expect(lab.delete(digest, off(24 * 31))).rejects.toThrow('the proof expired');
  // A few minutes are nobody's fault.
  expect(await lab.delete(digest, off(-0.05))).toMatchObject({ deleted: 1 });
});

it('an index that is lost is no proof, allows no deletion, and comes back byte by byte from the tars', async () => {
  const lab = new PlateLab();
  for (let i = 0; i < 9; i++)
    lab.image(i % 3 ? `r01c0${i + 1}f01.tiff` : `odd//${i}`, Buffer.alloc(9000, `${i}`));
  lab.image('marker/', '');
  const { digest } = await lab.archive();
  await lab.verify(digest);
  const key = indexKey(plate, digest);
  const { body } = lab.s3.object('cold', key)!;
  lab.s3.buckets.get('cold')!.delete(key);
  expect((await lab.verify(digest)).proof).toBeUndefined();
  await expect(lab.delete(digest)).rejects.toThrow('a later verification found the archive wrong');
  const store = lab.s3.store('cold');
  expect((await lookAtRestore(store, plate, [])).entries).toHaveLength(10);
  lab.s3.buckets.get('cold')!.delete(indexTarKey(plate, digest));
  await expect(lookAtRestore(store, plate, [])).rejects.toThrow('lab archive rebuild');
  const tars = lab.s3
    .current('cold', tarsPrefix(plate, digest))
    .filter(each => !each.key.endsWith('-index.tar'));
  const looked = await Promise.all(tars.map(async each => (await store.look(each.key))!));
  const { inventory } = (await newestGeneration(store, plate))!;
  const rebuilt = await rebuildIndex(store, looked, inventory.objects);
  expect(rebuilt.bytes.equals(body)).toBe(true);
  expect((await lookAtRestore(store, plate, ['r01*'], { index: rebuilt.bytes })).entries).toHaveLength(6);
});

it('a process that is killed at a request, by SIGKILL over sockets, is gone on with by the next', async () => {
  const twin = await startS3();
  const store = (bucket: string) =>
    objectStore({ bucket, region: 'us-east-1', endpoint: twin.url, credentials: fixedKeys(keys) });
  for (const Bucket of ['live', 'cold']) await twin.s3.send(new CreateBucketCommand({ Bucket }));
  for (let i = 0; i < 3; i++)
    await store('live').put(
      `projects/P/B/images/K1 full/r01c0${i + 1}f01.tiff`,
      Buffer.alloc(3_000_000, `well ${i}`),
    );
  const killed = await program(join(import.meta.dirname, 'killed-process.ts'));
  const run = (verb: string, at: number, digest = '') =>
    ended(spawn(process.execPath, [killed, verb, twin.url, String(at), digest]));
  for (const at of [4, 12, 17]) expect((await run('archive', at)).signal).toBe('SIGKILL');
  expect((await run('archive', 0)).status).toBe(0);
  const archive = prefixed(store('cold'), 'plates/');
  const proofs = prefixed(store('cold'), 'proofs/');
  const name = { project: 'P', batch: 'B', plate: 'K1' };
  const { number, inventory } = (await newestGeneration(archive, name))!;
  expect(number).toBe(1);
  const { proof } = await verifyPlate({
    ...{ archive, proofs, plate: name, digest: inventory.digest, source: store('live') },
    now: () => new Date(),
    ...{ connections: 2, proofDays: 1, parallel: 1 },
    checkTar: check => checkTar({ ...check, source: store('live'), archive }),
  });
  expect(proof?.objects).toBe(3);
  expect((await run('delete', 9, inventory.digest)).signal).toBe('SIGKILL');
  expect((await run('delete', 0, inventory.digest)).status).toBe(0);
  const left: string[] = [];
  for await (const { key } of store('live').list('')) left.push(key);
  expect(left).toEqual([]);
  await twin.stop();
});

async function ended(
  child: ChildProcess,
): Promise<{ readonly status: number | null; readonly signal: string | null }> {
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  const [status, signal] = (await once(child, 'exit')) as [number | null, string | null];
  clearTimeout(timer);
  return { status, signal };
}

it('a server that passes over ETags is found out before it deletes anything that is not proven', async () => {
  const proven = async (): Promise<{ readonly lab: PlateLab; readonly digest: string }> => {
    const lab = new PlateLab();
    for (let i = 0; i < 5; i++) lab.image(`r01c0${i + 1}f01.tiff`, `image ${i}`);
    const { digest } = await lab.archive();
    await lab.verify(digest);
    return { lab, digest };
  };
  /** Deletes whatever is there: in DeleteObjects, or also key by key. */
  const careless = (lab: PlateLab, isAlways: boolean): void => {
    const store = lab.s3.store.bind(lab.s3);
    lab.s3.store = bucket => {
      const own = store(bucket);
      return {
        ...own,
        deleteMany: async (entries, { oneByOne = false } = {}) => {
          if (oneByOne && !isAlways) return own.deleteMany(entries);
          return entries.map(({ key }) => {
            const isThere = lab.s3.object(bucket, key) !== undefined;
            if (isThere) lab.s3.remove(bucket, key);
            return { key, outcome: 'deleted' };
          });
        },
      };
    };
  };
  const together = await proven();
  careless(together.lab, false);
  expect(await together.lab.delete(together.digest)).toMatchObject({ deleted: 5, errors: [] });
  const always = await proven();
  careless(always.lab, true);
  await expect(always.lab.delete(always.digest)).rejects.toThrow('deletes whatever ETag is named');
  expect(always.lab.keys()).toHaveLength(3);
});
