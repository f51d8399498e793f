import { tarKey, tarsPrefix } from '../../../jobs/plate-archive/format/archive-keys.ts';
import { plate } from '../plate-lab.ts';
import { type Corruption, forged } from './spoil.ts';

/** Tars as wholes. */
export const ofTars: readonly Corruption[] = [
  {
    check: 'tar-there',
    what: 'a tar is gone',
    spoil: (lab, digest) => {
      lab.s3.remove('cold', tarKey(plate, digest, 1));
      return digest;
    },
  },
  {
    check: 'tar-unknown',
    what: 'there is a tar that nobody knows',
    spoil: (lab, digest) => {
      lab.s3.write('cold', `${tarsPrefix(plate, digest)}more.tar`, 'x');
      return digest;
    },
  },
  {
    check: 'tar-name',
    what: 'archive.json has another name of a tar',
    spoil: forged(f => {
      f.seal = seal => {
        seal.tars[0]!.name = 'other.tar';
      };
    }),
  },
  {
    check: 'tar-size',
    what: 'archive.json has another size of a tar',
    spoil: forged(f => {
      f.seal = seal => void seal.tars[0]!.bytes++;
    }),
  },
  {
    check: 'tar-crc32',
    what: 'archive.json has another CRC-32 of a tar',
    spoil: forged(f => {
      f.seal = seal => {
        seal.tars[0]!.crc32 = '00000000';
      };
    }),
  },
  {
    check: 'tar-own-crc32',
    what: 'a bit of a stored tar flips at rest',
    spoil: (lab, digest) => {
      lab.s3.object('cold', tarKey(plate, digest, 1))!.body[3000]! ^= 4;
      return digest;
    },
  },
  {
    check: 'after-end',
    what: 'something stands behind the end',
    spoil: forged(f => {
      f.tars[0]![f.tars[0]!.length - 1] = 1;
    }),
  },
  {
    check: 'end-blocks',
    what: 'the end blocks are gone',
    spoil: forged(f => {
      const last = f.indexed.filter(({ tar }) => tar === 0).at(-1)!;
      f.tars[0] = f.tars[0]!.subarray(0, Math.ceil((last.offset! + last.size) / 512) * 512);
    }),
  },
  {
    check: 'tar-breaks-off',
    what: 'a tar breaks off in a member',
    spoil: forged(f => {
      f.tars[0] = f.tars[0]!.subarray(0, f.indexed[0]!.offset! + 1000);
    }),
  },
];
