import { hex32 } from '../../../jobs/plate-archive/format/archive-index.ts';
import { type PlateName, sumsKey, tarKey } from '../../../jobs/plate-archive/format/archive-keys.ts';
import type { TarPlan } from '../../../jobs/plate-archive/format/layout.ts';
import { encodeLines } from '../../../jobs/plate-archive/format/lines.ts';
import type { List } from '../../../jobs/plate-archive/format/list.ts';
import { unverifiedTags } from '../../../jobs/plate-archive/lifecycle-tags.ts';
import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { type BuiltTar, buildTar, type MemberSums } from './build-tar.ts';

export interface TarWorld {
  readonly source: ObjectStore;
  readonly archive: ObjectStore;
  readonly plate: PlateName;
  /** Hex SHA-256 of the inventory. */
  readonly digest: string;
  readonly partBytes: number;
  readonly connections: number;
  readonly storageClass?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** One tar of an archive: the one that is there already, with its members' digests beside it, or a new one. */
export async function makeTar(
  world: TarWorld,
  plan: TarPlan,
): Promise<BuiltTar & { readonly isNew: boolean }> {
  const { archive, plate, digest } = world;
  const key = tarKey(plate, digest, plan.number);
  const found = await finished(world, plan, key);
  if (found) return { ...found, isNew: false };
  const { storageClass, source, partBytes, connections, signal, onBytes } = world;
  const built = await buildTar({
    ...{ source, archive, key, plan, partBytes, connections, storageClass, signal, onBytes },
    tags: unverifiedTags,
    // Before the tar is there, so that a tar is never without them.
    beforeComplete: async ({ crc32, sums }) =>
      void (await archive.put(sumsKey(plate, digest, plan.number, hex32(crc32)), encodeSums(sums))),
  });
  return { bytes: built.bytes, crc32: built.crc32, sums: built.sums, isNew: true };
}

/** The tar of an earlier attempt, or of another worker. */
async function finished(
  { archive, plate, digest }: TarWorld,
  plan: TarPlan,
  key: string,
): Promise<BuiltTar | undefined> {
  const object = await archive.look(key);
  const checksum = object?.checksums.CRC32;
  if (!object || checksum === undefined || object.size !== plan.bytes) return undefined;
  const crc32 = Buffer.from(checksum, 'base64').readUInt32BE();
  const text = await archive.get(sumsKey(plate, digest, plan.number, hex32(crc32)));
  const sums = text && decodeSums(text);
  return sums?.length === plan.members.length ? { bytes: plan.bytes, crc32, sums } : undefined;
}

const encodeSums = (sums: List<MemberSums>): Buffer =>
  encodeLines(sums, ({ sha256, crc32 }) => `${sha256} ${hex32(crc32)}`);

function decodeSums(bytes: Buffer): readonly MemberSums[] | undefined {
  const text = bytes.toString('latin1');
  if (!/^(?:[0-9a-f]{64} [0-9a-f]{8}\n)*$/.test(text)) return undefined;
  return text
    .split('\n')
    .slice(0, -1)
    .map(line => ({ sha256: line.slice(0, 64), crc32: Number.parseInt(line.slice(65), 16) }));
}
