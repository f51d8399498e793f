import {
  type EncodedIndex,
  encodeIndex,
  entryOf,
  entryOfMarker,
  hex32,
  type IndexEntry,
} from '../../../jobs/plate-archive/format/archive-index.ts';
import { indexKey, manifestKey, sealKey, tarName } from '../../../jobs/plate-archive/format/archive-keys.ts';
import { type Inventory, sha256 } from '../../../jobs/plate-archive/format/inventory.ts';
import { isMarker, type Layout, layOut } from '../../../jobs/plate-archive/format/layout.ts';
import { decodeSeal, encodeSeal, type Seal } from '../../../jobs/plate-archive/format/seal.ts';
import type { Generation } from '../../../jobs/plate-archive/generations.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import type { BuiltTar } from './build-tar.ts';
import { chooseGeneration, type GenerationChoice } from './choose-generation.ts';
import { makeBag, putIndexTar } from './index-tar.ts';
import type { PlateJob } from './plate-job.ts';

export type { PlateJob } from './plate-job.ts';

export interface ArchivedPlate {
  readonly digest: string;
  readonly seal: Seal;
  /** Whether the archive was whole before we came. */
  readonly wasWhole: boolean;
}

/** One plate: inventory, tars, index, and the seal last. Can be interrupted anywhere, and called again. Throws PlateError. */
export async function archivePlate(job: PlateJob): Promise<ArchivedPlate> {
  const choice: GenerationChoice = await chooseGeneration(job);
  const { inventory } = choice.generation;
  const { digest, head } = inventory;
  if (choice.seal) return { digest, seal: choice.seal, wasWhole: true };
  const layout = layOut(inventory.objects, head.tarBytes);
  job.log(
    `${counted(head.objects, 'object')}, ${head.bytes} bytes, ${counted(layout.tars.length, 'tar')}; inventory ${digest.slice(0, 16)} of ${head.frozenAt}`,
  );
  const built = await job.makeTars(choice.generation, layout.tars);
  job.signal?.throwIfAborted();
  return { digest, seal: await closeArchive(job, choice.generation, layout, built), wasWhole: false };
}

async function closeArchive(
  { archive, plate, storageClass }: PlateJob,
  { inventory, number }: Generation,
  layout: Layout,
  built: readonly BuiltTar[],
): Promise<Seal> {
  const { digest, head } = inventory;
  const entries = entriesOf(inventory, layout, built);
  const index: EncodedIndex = encodeIndex(entries);
  const bag = makeBag(inventory, entries, index, number);
  const indexTar = await putIndexTar(archive, plate, inventory, bag, storageClass);
  const manifest = bag.files['manifest-sha256.txt'];
  await archive.put(indexKey(plate, digest), index.bytes);
  await archive.put(manifestKey(plate, digest), manifest);
  const seal: Seal = {
    format: 'plate archive 1',
    inventory: digest,
    storageClass,
    objects: head.objects,
    markers: layout.markers.length,
    bytes: head.bytes,
    tars: layout.tars.map(({ number: tar, bytes, members }) => ({
      name: tarName(digest, tar),
      bytes,
      crc32: hex32(built[tar]!.crc32),
      members: members.length,
    })),
    indexTar,
    index: { bytes: index.bytes.length, sha256: index.sha256, blocks: index.blocks },
    manifest: sha256(manifest),
  };
  if (await archive.put(sealKey(plate, digest), encodeSeal(seal), { ifNoneMatch: true })) return seal;
  // Another archiver was first: the same inventory made the same archive, but for the class that it was asked for.
  const theirs = decodeSeal((await archive.get(sealKey(plate, digest)))!);
  const { storageClass: _, ...same } = theirs;
  const { storageClass: __, ...ours } = seal;
  if (JSON.stringify(same) !== JSON.stringify(ours))
    throw new Error(
      `${sealKey(plate, digest)} was written by another archiver, and is not what this one made`,
    );
  return theirs;
}

/** In the order of the keys, markers among them; made anew whenever somebody goes through them. */
const entriesOf = (
  { objects }: Inventory,
  { members, tars }: Layout,
  built: readonly BuiltTar[],
): Iterable<IndexEntry> => ({
  *[Symbol.iterator]() {
    let [next, tar, first] = [0, 0, 0];
    for (const object of objects) {
      if (isMarker(object)) {
        yield entryOfMarker(object);
        continue;
      }
      if (next === first + tars[tar]!.members.length) {
        first = next;
        tar++;
      }
      yield entryOf(members.at(next)!, built[tar]!.sums.at(next - first)!);
      next++;
    }
  },
});
