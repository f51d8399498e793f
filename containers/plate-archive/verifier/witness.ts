import { createHash } from 'node:crypto';
import type { IHasher } from 'hash-wasm';
import { bareEtag, type ChecksumName, type Checksums } from '../../../lib/contract/ports/object-store.ts';
import type { ListedObject } from './lines.ts';

/** What a member's bytes are compared with besides our own digests: something that was known of the source before we came. */
export type WitnessKind = ChecksumName | 'ETag' | 'reread';

/** What the reader computes of every member anyway. */
export interface OwnDigests {
  /** Hex. */
  readonly sha256: string;
  readonly crc32: number;
}

/** Something that runs along while a member is read. */
export interface RunningWitness {
  readonly kind: WitnessKind;
  update(bytes: Buffer): void;
  /** Whether the bytes were those of the source; undefined where only the source itself can tell. */
  agrees(own: OwnDigests): boolean | undefined;
}

/** By what it costs. SHA-1 is left out: it is as dear as MD5, and says no more. */
const order = ['SHA256', 'CRC32', 'CRC64NVME', 'CRC32C'] as const;

/** Whether S3 has a checksum of the object that is worth asking for. */
export const mayHaveChecksum = ({ checksum }: ListedObject): boolean =>
  checksum !== undefined && order.some(name => name === checksum);

export type WitnessMaker = (object: ListedObject, checksums: Checksums | undefined) => RunningWitness;

/** Witnesses for members that are read one after the other; `known`: all checksums that S3 has of them. */
export async function witnesses(known: Iterable<Checksums>): Promise<WitnessMaker> {
  const needed = new Set([...known].map(kindOf));
  const wasm = await wasmHashers(needed.has('CRC64NVME') || needed.has('CRC32C'));
  return (object, checksums = {}) => {
    const kind = kindOf(checksums);
    if (kind === 'SHA256' || kind === 'CRC32') return ownWitness(kind, checksums[kind]!);
    if (kind !== undefined) return wasmWitness(kind, wasm![kind], checksums[kind]!);
    const etag = bareEtag(object.etag);
    return /^[0-9a-f]{32}$/.test(etag) ? md5Witness(etag) : reread;
  };
}

const kindOf = (checksums: Checksums): (typeof order)[number] | undefined =>
  order.find(name => checksums[name] !== undefined);

/**
 * Loading them takes as long as Node's own start, and every thread would. Each has a file of its own: the package's whole would be two
 * thirds of the image's bundle, which every thread reads.
 */
async function wasmHashers(areNeeded: boolean) {
  if (!areNeeded) return undefined;
  const [{ default: crc32 }, { default: crc64 }] = await Promise.all([
    import('hash-wasm/dist/crc32.umd.min.js'),
    import('hash-wasm/dist/crc64.umd.min.js'),
  ]);
  return {
    CRC64NVME: await crc64.createCRC64('9a6c9329ac4bc9b5'),
    CRC32C: await crc32.createCRC32(0x82f63b78),
  };
}

const reread: RunningWitness = { kind: 'reread', update: () => undefined, agrees: () => undefined };

/** Compared with what is computed anyway. */
const ownWitness = (kind: 'SHA256' | 'CRC32', wanted: string): RunningWitness => ({
  kind,
  update: () => undefined,
  agrees: ({ sha256, crc32 }) => {
    const bytes = Buffer.from(wanted, 'base64');
    return kind === 'SHA256' ? bytes.toString('hex') === sha256 : bytes.readUInt32BE() === crc32;
  },
});

function wasmWitness(kind: 'CRC64NVME' | 'CRC32C', hasher: IHasher, wanted: string): RunningWitness {
  hasher.init();
  return {
    kind,
    update: bytes => void hasher.update(bytes),
    agrees: () => Buffer.from(hasher.digest('binary')).toString('base64') === wanted,
  };
}

/** The ETag of an object in one piece is its MD5, unless KMS or a customer's key encrypts it: only agreement says something. */
function md5Witness(etag: string): RunningWitness {
  const hash = createHash('md5');
  return {
    kind: 'ETag',
    update: bytes => void hash.update(bytes),
    agrees: () => (hash.digest('hex') === etag ? true : undefined),
  };
}
