import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { imagesPrefix, PlateLab } from '../plate-lab.ts';

/** A small plate of everything: a marker, a long name, an empty file, sources with and without checksums. */
export function smallPlate(): PlateLab {
  const lab = new PlateLab({ versioned: true });
  const bytes = (seed: number, length: number): Buffer =>
    Buffer.from(Array.from({ length }, (_, i) => (i * 31 + seed * 17 + (i >> 5)) & 255));
  const names = ['a.tif', 'b.tif', 'c.tif', 'd.tif', 'empty', `long/${'ä'.repeat(200)}`, 'marker/', 'z.tif'];
  for (const [i, name] of names.entries())
    lab.image(
      name,
      name === 'marker/' || name === 'empty'
        ? ''
        : bytes(i, name === 'b.tif' || name === 'a.tif' ? 6000 : 9000 + i),
    );
  const sum = Buffer.alloc(4);
  const withSums = bytes(9, 7000);
  sum.writeUInt32BE(crc32(withSums));
  lab.s3.write('live', `${imagesPrefix}y-crc32.tif`, withSums, {
    checksums: { CRC32: sum.toString('base64') },
  });
  lab.s3.write('live', `${imagesPrefix}y-sha256.tif`, withSums, {
    checksums: { SHA256: createHash('sha256').update(withSums).digest('base64') },
  });
  lab.s3.write('live', `${imagesPrefix}y-parts.tif`, withSums, {
    etag: '"0123456789abcdef0123456789abcdef-2"',
  });
  lab.tarBytes = 30_000;
  return lab;
}
