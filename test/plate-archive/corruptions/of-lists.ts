import { indexKey, inventoryKey } from '../../../jobs/plate-archive/format/archive-keys.ts';
import { imagesPrefix, plate } from '../plate-lab.ts';
import { type Corruption, entryOf, forged } from './spoil.ts';

/** What describes an archive and is not so: inventory, index, manifest and `archive.json`. */
export const ofLists: readonly Corruption[] = [
  {
    check: 'file-there',
    what: 'the index is gone',
    spoil: (lab, digest) => {
      lab.s3.remove('cold', indexKey(plate, digest));
      return digest;
    },
  },
  {
    check: 'inventory-digest',
    what: 'a line of the inventory is another',
    spoil: (lab, digest) => {
      lab.s3.write(
        'cold',
        inventoryKey(plate, digest),
        `${lab.s3.object('cold', inventoryKey(plate, digest))!.body}\n`,
      );
      return digest;
    },
  },
  {
    check: 'inventory-plate',
    what: 'the inventory of another plate',
    spoil: forged(f => {
      f.head.plate = 'BR02';
    }),
  },
  {
    check: 'inventory-counts',
    what: 'the inventory counts a byte more',
    spoil: forged(f => void f.head.bytes++),
  },
  {
    check: 'inventory-objects',
    what: 'an inventory of nothing',
    spoil: forged(f => {
      [f.listed, f.indexed, f.tars] = [[], [], []];
      [f.head.objects, f.head.bytes] = [0, 0];
    }),
  },
  {
    check: 'inventory-order',
    what: 'two objects change places in inventory and index',
    spoil: forged(f => {
      [f.listed[0], f.listed[1]] = [f.listed[1]!, f.listed[0]!];
      [f.indexed[0], f.indexed[1]] = [f.indexed[1]!, f.indexed[0]!];
    }),
  },
  {
    check: 'seal-inventory',
    what: 'archive.json is of another inventory',
    spoil: forged(f => {
      f.seal = seal => {
        seal.inventory = '0'.repeat(64);
      };
    }),
  },
  {
    check: 'seal-counts',
    what: 'archive.json counts an object more',
    spoil: forged(f => {
      f.seal = seal => void seal.objects++;
    }),
  },
  {
    check: 'seal-members',
    what: 'archive.json counts a member more',
    spoil: forged(f => {
      f.seal = seal => void seal.tars[0]!.members++;
    }),
  },
  {
    check: 'index-digest',
    what: 'archive.json is of another index',
    spoil: forged(f => {
      f.seal = seal => {
        seal.index = { ...seal.index, sha256: '0'.repeat(64) };
      };
    }),
  },
  {
    check: 'manifest-digest',
    what: 'archive.json is of another manifest',
    spoil: forged(f => {
      f.seal = seal => {
        seal.manifest = '0'.repeat(64);
      };
    }),
  },
  {
    check: 'index-blocks',
    what: 'the top level has another digest of a block',
    spoil: forged(f => {
      f.seal = seal => {
        seal.index = {
          ...seal.index,
          blocks: seal.index.blocks.map(block => ({ ...block, sha256: '0'.repeat(64) })),
        };
      };
    }),
  },
  {
    check: 'index-blocks-whole',
    what: 'the top level lacks a block',
    spoil: forged(f => {
      f.seal = seal => {
        seal.index = { ...seal.index, blocks: seal.index.blocks.slice(1) };
      };
    }),
  },
  { check: 'index-count', what: 'the index lacks its last object', spoil: forged(f => void f.indexed.pop()) },
  {
    check: 'index-key',
    what: 'the index has another key',
    spoil: forged(f => {
      entryOf(f, 'b.tif').key = `${imagesPrefix}bb.tif`;
    }),
  },
  {
    check: 'index-size',
    what: 'the index has another size',
    spoil: forged(f => void entryOf(f, 'b.tif').size++),
  },
  {
    check: 'index-etag',
    what: 'the index has another ETag',
    spoil: forged(f => {
      entryOf(f, 'b.tif').etag = '"other"';
    }),
  },
  {
    check: 'index-version',
    what: 'the index has another version',
    spoil: forged(f => {
      entryOf(f, 'b.tif').versionId = 'other';
    }),
  },
  {
    check: 'index-time',
    what: 'the index has another time',
    spoil: forged(f => {
      entryOf(f, 'b.tif').modified = '2020-01-01T00:00:00.000Z';
    }),
  },
  {
    check: 'index-marker',
    what: 'the index says that an object with bytes is in no tar',
    spoil: forged(f => void delete (entryOf(f, 'b.tif') as { tar?: number }).tar),
  },
  {
    check: 'marker-sha256',
    what: 'a folder marker has the digest of something',
    spoil: forged(f => {
      entryOf(f, 'marker/').sha256 = '0'.repeat(64);
    }),
  },
  {
    check: 'index-tar-order',
    what: 'the index names a tar that is not there',
    spoil: forged(f => {
      entryOf(f, 'z.tif').tar = 7;
    }),
  },
  {
    check: 'manifest-count',
    what: 'the manifest has a line more',
    spoil: forged(f => {
      f.manifest = text => `${text}${'0'.repeat(64)}  data/more\n`;
    }),
  },
  {
    check: 'manifest-line',
    what: 'the manifest has another digest',
    spoil: forged(f => {
      f.manifest = text => text.replace(/^./, first => (first === '0' ? '1' : '0'));
    }),
  },
  {
    check: 'files-readable',
    what: 'the index breaks off in a line',
    spoil: forged(f => {
      f.index = bytes => bytes.subarray(0, -5);
    }),
  },
];
