import { imagesPrefix } from '../plate-lab.ts';
import { type Corruption, forged, replaceBytes, replaceForGood } from './spoil.ts';

/** Sources that are others than those that were archived. */
export const ofSources: readonly Corruption[] = [
  {
    check: 'source-checksum',
    what: 'the archiver read other bytes than S3 has a CRC-32 of',
    spoil: replaceBytes('y-crc32.tif'),
  },
  {
    check: 'source-checksum',
    what: 'the archiver read other bytes than S3 has a SHA-256 of',
    spoil: replaceBytes('y-sha256.tif'),
  },
  {
    check: 'source-etag',
    what: 'the archiver read other bytes than the ETag is of',
    spoil: replaceBytes('b.tif'),
  },
  {
    check: 'source-reread',
    what: 'the archiver read other bytes of an object that was uploaded in parts',
    spoil: replaceBytes('y-parts.tif'),
  },
  {
    check: 'source-looked-at',
    what: 'a source with a checksum changed',
    spoil: (lab, digest) => {
      replaceForGood(lab, 'y-crc32.tif');
      return digest;
    },
  },
  {
    check: 'source-not-again',
    what: 'a source without any checksum changed',
    spoil: (lab, digest) => {
      replaceForGood(lab, 'y-parts.tif');
      return digest;
    },
  },
  {
    check: 'source-bucket',
    what: 'the inventory is of another bucket',
    spoil: forged(f => {
      f.head.bucket = 'other';
    }),
  },
  {
    check: 'source-gone',
    what: 'a source was removed',
    spoil: (lab, digest) => {
      lab.s3.remove('live', `${imagesPrefix}b.tif`);
      return digest;
    },
  },
  {
    check: 'source-changed',
    what: 'a source changed',
    spoil: (lab, digest) => {
      lab.image('b.tif', 'other');
      return digest;
    },
  },
  {
    check: 'source-version',
    what: 'a source was written anew with the same bytes',
    spoil: (lab, digest) => {
      lab.image('b.tif', lab.s3.object('live', `${imagesPrefix}b.tif`)!.body);
      return digest;
    },
  },
  {
    check: 'source-added',
    what: 'a source was added',
    spoil: (lab, digest) => {
      lab.image('new.tif', 'new');
      return digest;
    },
  },
];
