import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { createCRC32, createCRC64, type IHasher } from 'hash-wasm';
import type { ChecksumName, Checksums } from '../../../contract/ports/object-store.ts';

export const checksumAlgorithms = [
  'CRC32',
  'CRC32C',
  'CRC64NVME',
  'SHA1',
  'SHA256',
] as const satisfies readonly ChecksumName[];
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** What S3 makes of an object that came without one, since December 2024; of all its bytes. */
export const byDefault: readonly ChecksumAlgorithm[] = ['CRC64NVME'];

export const digestBytes: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

export interface Checksum {
  update(data: Buffer): void;
  /** Base64, big-endian, as S3's headers have it. */
  digest(): string;
}

export const checksumHeader = (algorithm: ChecksumAlgorithm): string =>
  `x-amz-checksum-${algorithm.toLowerCase()}`;

/** Of the same bytes as another, or of others at the same time. */
export async function checksum(algorithm: ChecksumAlgorithm): Promise<Checksum> {
  if (algorithm === 'SHA1' || algorithm === 'SHA256')
    return hashChecksum(createHash(algorithm.toLowerCase()));
  if (algorithm !== 'CRC32') return wasmChecksum(algorithm);
  let value = 0;
  return {
    update(data) {
      value = crc32(data, value);
    },
    digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes.toString('base64');
    },
  };
}

/** Several of the same bytes. */
export async function checksums(algorithms: readonly ChecksumAlgorithm[]): Promise<{
  update(data: Buffer): void;
  digest(): Checksums;
}> {
  const running: { readonly algorithm: ChecksumAlgorithm; readonly checksum: Checksum }[] = [];
  for (const algorithm of algorithms) running.push({ algorithm, checksum: await checksum(algorithm) });
  return {
    update(data) {
      for (const each of running) each.checksum.update(data);
    },
    digest: () => Object.fromEntries(running.map(each => [each.algorithm, each.checksum.digest()])),
  };
}

function hashChecksum(hash: Hash): Checksum {
  return { update: data => void hash.update(data), digest: () => hash.digest('base64') };
}

/** Those that Node has not, with their polynomials (reflected). An instance takes time and memory: it is used again. */
const wasm = {
  CRC32C: { make: () => createCRC32(0x82f63b78), idle: [] as IHasher[] },
  CRC64NVME: { make: () => createCRC64('9a6c9329ac4bc9b5'), idle: [] as IHasher[] },
};

async function wasmChecksum(algorithm: keyof typeof wasm): Promise<Checksum> {
  const { make, idle } = wasm[algorithm];
  const hasher = (idle.pop() ?? (await make())).init();
  return {
    update: data => void hasher.update(data),
    digest() {
      const bytes = hasher.digest('binary');
      idle.push(hasher);
      return Buffer.from(bytes).toString('base64');
    },
  };
}

/** An object's checksums as an answer's headers. */
export function checksumHeaders(meta: {
  readonly checksums: Checksums;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
}): Record<string, string> {
  const pairs = Object.entries(meta.checksums).map(([algorithm, value]) => [
    checksumHeader(algorithm as ChecksumAlgorithm),
    value,
  ]);
  return pairs.length === 0
    ? {}
    : { ...Object.fromEntries(pairs), 'x-amz-checksum-type': meta.checksumType ?? 'FULL_OBJECT' };
}
