import { deepStrictEqual, ok } from 'node:assert/strict';
import { archivePlate } from '../../../containers/plate-archive/archiver/archive-plate.ts';
import { makeTar } from '../../../containers/plate-archive/archiver/make-tar.ts';
import { deletePlate } from '../../../containers/plate-archive/deleter/delete-plate.ts';
import { checkTar } from '../../../containers/plate-archive/verifier/check-tar.ts';
import { verifyPlate } from '../../../containers/plate-archive/verifier/verify-plate.ts';
import { tarsPrefix } from '../../../jobs/plate-archive/format/archive-keys.ts';
import { defaultFolders, readFolders } from '../../../jobs/plate-archive/plate/plate-folders.ts';
import { prefixed } from '../../../jobs/plate-archive/prefixed.ts';
import { bucketTarget } from '../../../jobs/plate-archive/restore/bucket-target.ts';
import { lookAtRestore } from '../../../jobs/plate-archive/restore/describe-restore.ts';
import { restoreEntries } from '../../../jobs/plate-archive/restore/restore-entries.ts';
import { fixedKeys } from '../../../lib/aws/wire/credentials.ts';
import { objectStore } from '../../../lib/aws/wire/object-store.ts';

/** A plate's whole way against a server of S3's API: `way.ts <endpoint> <access key> <secret>`. Prints what was seen. */
const [endpoint = '', accessKeyId = '', secretAccessKey = ''] = process.argv.slice(2);
const store = (bucket: string) =>
  objectStore({
    ...{ bucket, region: 'us-east-1', endpoint },
    credentials: fixedKeys({ accessKeyId, secretAccessKey }),
  });
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const [live, cold] = [store('live'), store('cold')];
for (const bucket of [live, cold]) await bucket.createBucket();
const plate = { project: 'P', batch: 'B', plate: 'BR1', plateFull: 'BR1 é-Measurement 1', labels: {} };
const images = `projects/P/B/images/${plate.plateFull}/`;
const bodies = new Map<string, Buffer>();
for (let i = 0; i < 12; i++)
  bodies.set(
    `${images}r01c${String(i + 1).padStart(2, '0')}f01 ü+&?.tiff`,
    Buffer.alloc(2_300_000, `tiff ${i}`),
  );
bodies.set('projects/P/workspace/backend/B/BR1/BR1.sqlite', Buffer.alloc(9_000_000, 'tables'));
bodies.set(`${images}empty`, Buffer.alloc(0));
for (const [key, body] of bodies) await live.put(key, body);

const places = {
  source: live,
  archive: prefixed(cold, 'plates/'),
  proofs: prefixed(cold, 'proofs/'),
  journal: prefixed(cold, 'journals/'),
};
const common = { ...places, plate, now: () => new Date(), log: () => undefined };
const archiving = () =>
  archivePlate({
    ...common,
    rules: readFolders(defaultFolders).rules,
    tarBytes: 16 * 1024 * 1024,
    storageClass: 'DEEP_ARCHIVE',
    makeTars: ({ inventory }, plans) =>
      Promise.all(
        plans.map(plan =>
          makeTar(
            {
              ...{ source: live, archive: places.archive, plate, digest: inventory.digest },
              ...{ partBytes: 8 * 1024 * 1024, connections: 4 },
            },
            plan,
          ),
        ),
      ),
  });
// Two at once: uploads of one name meet, and one of them is the archive's.
const attempts = async (work: typeof archiving): Promise<Awaited<ReturnType<typeof archiving>>> => {
  for (let attempt = 1; ; attempt++)
    try {
      return await work();
    } catch (error) {
      // A completed upload that is not there for a moment is met when two complete one name: Batch would try again.
      if (attempt === 3 || !String(error).startsWith('NotThere')) throw error;
      say(`attempt ${attempt} of two at once: ${String(error).split('\n')[0]}`);
    }
};
const [{ digest, seal }, other] = await Promise.all([attempts(archiving), attempts(archiving)]);
deepStrictEqual(other.digest, digest);
ok(seal.tars.length >= 2);
ok((await archiving()).wasWhole);
say(`archived: ${seal.objects} objects in ${seal.tars.length} tars, by two archivers at once`);

const verifying = () =>
  verifyPlate({
    ...common,
    ...{ digest, connections: 4, proofDays: 1, parallel: 2 },
    checkTar: check => checkTar({ ...check, source: live, archive: places.archive }),
  });
const { findings, proof } = await verifying();
deepStrictEqual(findings.list, []);
say(`verified: ${JSON.stringify(proof!.witnesses)}`);
for await (const { key } of places.archive.list(tarsPrefix(plate, digest)))
  deepStrictEqual((await places.archive.tags(key))['archive-class'], 'DEEP_ARCHIVE');

const [, second] = [...bodies.keys()];
await live.put(second!, 'changed since');
await live.put(`${images}late`, 'came since');
const lines: string[] = [];
const deletion = await deletePlate({ ...common, digest, parallel: 2, log: line => lines.push(line) });
for (const line of lines.filter(each => each.includes('passes over'))) say(line);
deepStrictEqual(deletion.errors, []);
deepStrictEqual([...deletion.changed], [second]);
deepStrictEqual(deletion.deleted, bodies.size - 1);
const left: string[] = [];
for await (const { key } of live.list('')) left.push(key);
deepStrictEqual(left, [`${images}late`, second!].sort());
say(`deleted: ${deletion.deleted} by ETag; what changed and what came since stayed`);

const wanted = await lookAtRestore(places.archive, plate, []);
const outcomes = await restoreEntries({
  ...{ archive: places.archive, entries: wanted.entries, overwrite: false, parallel: 4 },
  tars: new Map(wanted.tars.map(({ number, object }) => [number, object])),
  target: bucketTarget(live, ''),
});
deepStrictEqual(
  outcomes.filter(({ outcome }) => outcome !== 'restored').map(({ key, outcome }) => [key, outcome]),
  [[second, 'kept']],
);
for (const [key, body] of bodies) if (key !== second) ok((await live.get(key))!.equals(body), key);
say('restored: every byte, and nothing was written over');
