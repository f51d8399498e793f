import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
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

export function checksum(algorithm: ChecksumAlgorithm): Checksum {
  if (algorithm === 'SHA1' || algorithm === 'SHA256')
    return hashChecksum(createHash(algorithm.toLowerCase()));
  if (algorithm === 'CRC64NVME') return crc64Checksum();
  let value = 0;
  return {
    update(data) {
      value = algorithm === 'CRC32' ? crc32(data, value) : crc32c(data, value);
    },
    digest: () => uint32(value).toString('base64'),
  };
}

/** Checksums that are known, by algorithm; base64. */
export type Checksums = { readonly [A in ChecksumAlgorithm]?: string };

/** Several of the same bytes. */
export function checksums(algorithms: readonly ChecksumAlgorithm[]): {
  update(data: Buffer): void;
  digest(): Checksums;
} {
  const running = algorithms.map(algorithm => ({ algorithm, checksum: checksum(algorithm) }));
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

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value >>> 0);
  return buffer;
}

const castagnoli = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

function crc32c(data: Buffer, before: number): number {
  let value = ~before;
  for (let index = 0; index < data.length; index++)
    value = (value >>> 8) ^ castagnoli[(value ^ data[index]!) & 0xff]!;
  return ~value >>> 0;
}

/** CRC-64/NVME (polynomial 0xad93d23594c93659, reflected), in two halves of 32 bits: BigInt would be far slower. */
const nvme = (() => {
  const high = new Uint32Array(256);
  const low = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
    high[byte] = Number(value >> 32n);
    low[byte] = Number(value & 0xffffffffn);
  }
  return { high, low };
})();

function crc64Checksum(): Checksum {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update(data) {
      for (let index = 0; index < data.length; index++) {
        const entry = (low ^ data[index]!) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ nvme.low[entry]!;
        high = (high >>> 8) ^ nvme.high[entry]!;
      }
    },
    digest: () => Buffer.concat([uint32(~high), uint32(~low)]).toString('base64'),
  };
}
