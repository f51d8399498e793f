/** What the archive's own program does, for the benchmark: `node ours.ts archive|verify|restore|list|delete|one`, or `fill OBJECTS SIZE`, as a process of its own. */
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
import { archivePlate } from '../../containers/plate-archive/archiver/archive-plate.ts';
import { isDirect } from '../../containers/plate-archive/archiver/index-tar.ts';
import { deletePlate } from '../../containers/plate-archive/deleter/delete-plate.ts';
import { tarThreads } from '../../containers/plate-archive/tar-threads.ts';
import { storeAt } from '../../containers/plate-archive/threads.ts';
import { verifyPlate } from '../../containers/plate-archive/verifier/verify-plate.ts';
import { currentObjects } from '../../jobs/plate-archive/current-objects.ts';
import { nameOfArchive, newestGeneration, readHead } from '../../jobs/plate-archive/generations.ts';
import { bucketTarget } from '../../jobs/plate-archive/restore/bucket-target.ts';
import { lookAtRestore } from '../../jobs/plate-archive/restore/describe-restore.ts';
import { restoreEntries } from '../../jobs/plate-archive/restore/restore-entries.ts';
import { containerKeys } from '../../lib/aws/wire/credentials.ts';
import { objectStore } from '../../lib/aws/wire/object-store.ts';

const [what = '', partMiB = '8', tarMiB = '2048', threadCount = '2', connections = '32'] =
  process.argv.slice(2);
const at = (bucket: string, prefix = '') => ({ bucket, prefix, region: 'us-east-1' });
const [source, archive] = [at('live'), at('cold')];
const stores = { source: storeAt(source, 64), archive: storeAt(archive, 64) };
const plate = { project: 'P', batch: 'B', plate: 'BR1', plateFull: 'BR1', labels: {} };
const partBytes = Number(partMiB) * 1024 * 1024;
const shared = { ...stores, plate, now: () => new Date('2026-02-01T00:00:00Z') };
const proofs = storeAt(at('cold', 'proofs/'), 8);

/** Objects like those of the stand-in, in a server that is empty. */
async function fillServer(objects: number, size: number): Promise<string> {
  const store = (bucket: string) =>
    objectStore({
      ...{ bucket, region: 'us-east-1', endpoint: process.env.AWS_ENDPOINT_URL! },
      credentials: containerKeys(process.env),
    });
  for (const bucket of ['live', 'cold']) await store(bucket).createBucket();
  const live = store('live');
  for (let i = 0; i < objects; i++) {
    const body = randomBytes(size);
    // 16-bit noise of 9 bits, as a microscope's.
    for (let at = 1; at < size; at += 2) body[at]! &= 1;
    const [row, column] = [i % 16, Math.floor(i / 16) % 24].map(each => String(each).padStart(2, '0'));
    await live.put(`p/r${row}c${column}f${String(i).padStart(5, '0')}-ch1sk1fk1fl1.tiff`, body);
  }
  return `${objects} objects`;
}

async function run(): Promise<string> {
  if (what === 'fill') return fillServer(Number(partMiB), Number(tarMiB));
  if (what === 'list') {
    let count = 0;
    for await (const page of currentObjects(stores.source, 'p/')) count += page.length;
    return `${count} objects`;
  }
  const threads = tarThreads(Number(threadCount));
  try {
    if (what === 'archive') {
      const { seal } = await archivePlate({
        ...shared,
        proofs,
        rules: [{ name: 'images', prefix: 'p/', required: true }],
        tarBytes: Number(tarMiB) * 1024 * 1024,
        storageClass: 'DEEP_ARCHIVE',
        log: () => undefined,
        onListed: bytes => threads.expect({ bytes, tarBytes: Number(tarMiB) * 1024 * 1024 }),
        makeTars: ({ inventory }, plans) =>
          Promise.all(
            plans.map(plan =>
              threads.make(
                {
                  ...{
                    source,
                    archive,
                    plate,
                    plan,
                    partBytes,
                    digest: inventory.digest,
                    connections: Number(connections),
                  },
                  ...(isDirect('DEEP_ARCHIVE') ? { storageClass: 'DEEP_ARCHIVE' } : {}),
                },
                () => undefined,
              ),
            ),
          ).finally(() => threads.stop()),
      });
      return `${seal.objects} objects in ${seal.tars.length} tars`;
    }
    const name = (await nameOfArchive(stores.archive, plate))!;
    const { digest } = name;
    if (what === 'verify') {
      threads.expect(await readHead(stores.archive, plate, name));
      const { findings, proof } = await verifyPlate({
        ...shared,
        ...{ proofs, digest, connections: 16, proofDays: 30, parallel: Number(threadCount) },
        checkTar: check => threads.check({ ...check, source, archive }, () => undefined),
      });
      if (!proof) throw new Error(JSON.stringify(findings.list));
      return `${proof.objects} objects proven by ${JSON.stringify(proof.witnesses)}`;
    }
    if (what === 'delete') {
      const journal = storeAt(at('cold', 'journals/'), 8);
      const { deleted } = await deletePlate({
        ...shared,
        proofs,
        journal,
        digest,
        log: () => undefined,
        parallel: 4,
      });
      return `${deleted} deleted`;
    }
    if (what === 'restore') {
      const { entries, tars } = await lookAtRestore(stores.archive, plate, []);
      let restored = 0;
      await restoreEntries({
        archive: stores.archive,
        tars: new Map(tars.map(({ number, object }) => [number, object])),
        entries,
        target: bucketTarget(storeAt(at('out'), 64), ''),
        overwrite: false,
        parallel: 8,
        onDone: ({ outcome }) => {
          if (outcome === 'restored') restored++;
        },
      });
      return `${restored} restored`;
    }
    if (what === 'one') {
      const { inventory } = (await newestGeneration(stores.archive, plate))!;
      const wanted = inventory.objects.at(inventory.objects.length >> 1)!;
      await fetch(`${process.env.AWS_ENDPOINT_URL}/-/counts`);
      // All that `lab archive restore` does for it.
      const { entries, tars } = await lookAtRestore(stores.archive, plate, [wanted.key]);
      let size = 0;
      const placing = {
        write: async (bytes: Buffer) => {
          size += bytes.length;
        },
        commit: async () => true,
        abort: async () => undefined,
      };
      const target = {
        state: async () => 'absent' as const,
        open: async () => placing,
        marker: async () => undefined,
      };
      const byNumber = new Map(tars.map(({ number, object }) => [number, object]));
      await restoreEntries({
        archive: stores.archive,
        tars: byNumber,
        entries,
        target,
        overwrite: false,
        parallel: 1,
      });
      const counts = (await (await fetch(`${process.env.AWS_ENDPOINT_URL}/-/counts`)).json()) as {
        gets: number;
        read: number;
      };
      return `${entries.length} object of ${size} bytes: ${counts.gets} GETs, ${counts.read - size} bytes besides`;
    }
    throw new Error(`nothing is called ${what}`);
  } finally {
    await threads.stop();
  }
}

// Threads load this file, too: it is bundled, as in a container.
if (isMainThread) {
  const began = performance.now();
  const said = await run();
  const { maxRSS } = process.resourceUsage();
  const { user, system } = process.cpuUsage();
  process.stdout.write(
    `${JSON.stringify({ said, ms: Math.round(performance.now() - began), maxRssMiB: Math.round(maxRSS / 1024), cpuSeconds: (user + system) / 1e6 })}\n`,
  );
}
