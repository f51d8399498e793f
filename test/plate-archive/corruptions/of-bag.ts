import { type Corruption, forged } from './spoil.ts';

/** The tar that describes the archive without us, and the tags. */
export const ofBag: readonly Corruption[] = [
  {
    check: 'tagged',
    what: 'a tag is lost',
    spoil: (lab, digest) => {
      lab.s3.faults = {
        after: (operation, bucket, key) => {
          if (operation === 'tag') lab.s3.object(bucket, key)!.tags = {};
        },
      };
      return digest;
    },
  },
  {
    check: 'index-tar-file',
    what: 'the tar of the index holds another index',
    spoil: forged(f => {
      f.bag = files => {
        files['index.ndjson'] = Buffer.from('{}\n');
      };
    }),
  },
  {
    check: 'bag-info',
    what: 'the bag counts other files',
    spoil: forged(f => {
      f.bag = files => {
        files['bag-info.txt'] = Buffer.from('Payload-Oxum: 1.1\n');
      };
    }),
  },
  {
    check: 'bag-declared',
    what: 'the bag is not declared',
    spoil: forged(f => {
      f.bag = files => void delete files['bagit.txt'];
    }),
  },
  {
    check: 'bag-tags',
    what: 'the bag has another digest of a file',
    spoil: forged(f => {
      f.bag = files => {
        files['tagmanifest-sha256.txt'] = Buffer.from(`${'0'.repeat(64)}  bagit.txt\n`);
      };
    }),
  },
];
