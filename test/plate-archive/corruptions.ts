import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { hex32, type IndexEntry } from '../../jobs/plate-archive/archive-index.ts';
import { indexKey, inventoryKey, tarKey, tarsPrefix } from '../../jobs/plate-archive/archive-keys.ts';
import { editHeader, type Forgery, forge } from './forge.ts';
import { imagesPrefix, PlateLab, plate } from './plate-lab.ts';

/** What is done to an archive, and the check that must see it. Answers the digest of the archive to verify. */
export interface Corruption {
  readonly check: string;
  readonly what: string;
  readonly spoil: (lab: PlateLab, digest: string) => Promise<string> | string;
}

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

const entryOf = (forgery: Forgery, name: string): Forgery['indexed'][number] =>
  forgery.indexed.find(({ key }) => key === imagesPrefix + name)!;
const forged =
  (edit: (forgery: Forgery) => void) =>
  (lab: PlateLab, digest: string): Promise<string> =>
    forge(lab, digest, edit);
const tarOf = (forgery: Forgery, { tar }: IndexEntry): Buffer => forgery.tars[tar!]!;

/** Other bytes in the tar, with the digests that they have: only the source knows better. */
const replaceBytes = (name: string) =>
  forged(forgery => {
    const entry = entryOf(forgery, name);
    const bytes = tarOf(forgery, entry).subarray(entry.offset!, entry.offset! + entry.size);
    bytes[100]! ^= 1;
    entry.sha256 = createHash('sha256').update(bytes).digest('hex');
    entry.crc32 = hex32(crc32(bytes));
  });

/** Another object, and nothing left of the one that was archived. */
function replaceForGood(lab: PlateLab, name: string): void {
  lab.image(name, 'other');
  lab.s3.buckets.get('live')!.get(imagesPrefix + name)!.length = 1;
}

export const corruptions: readonly Corruption[] = [
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
    check: 'member-unexpected',
    what: 'a tar has a member that inventory and index lack',
    spoil: forged(f => {
      f.indexed.pop();
      f.head.bytes -= f.listed.pop()!.size;
      f.head.objects--;
    }),
  },
  {
    check: 'members-missing',
    what: 'inventory and index have an object that no tar holds',
    spoil: forged(f => {
      const [entry, object] = [f.indexed.at(-1)!, f.listed.at(-1)!];
      f.indexed.push({ ...entry, key: `${entry.key}z` });
      f.listed.push({ ...object, key: `${object.key}z` });
      f.head.bytes += object.size;
      f.head.objects++;
    }),
  },
  {
    check: 'member-name',
    what: 'a member has the name of another key',
    spoil: forged(f => {
      const entry = entryOf(f, 'b.tif');
      editHeader(tarOf(f, entry), entry.offset! - 512, header => {
        header[header.indexOf('b.tif')] = 'q'.charCodeAt(0);
      });
    }),
  },
  {
    check: 'member-name-indexed',
    what: 'the index has another name of a member, that stands for the same key',
    spoil: forged(f => {
      entryOf(f, 'b.tif').member = `data/%escaped/${imagesPrefix}b.tif%`;
    }),
  },
  {
    check: 'member-size',
    what: 'inventory and index have a byte more than the member',
    spoil: forged(f => {
      entryOf(f, 'b.tif').size++;
      f.listed.find(({ key }) => key === `${imagesPrefix}b.tif`)!.size++;
      f.head.bytes++;
    }),
  },
  {
    check: 'member-offset',
    what: 'the index has another offset',
    spoil: forged(f => {
      entryOf(f, 'b.tif').offset! += 512;
    }),
  },
  {
    check: 'member-time',
    what: 'a header has another time',
    spoil: forged(f => {
      const entry = entryOf(f, 'b.tif');
      editHeader(tarOf(f, entry), entry.offset! - 512, header => void header.write('00000000001', 136));
    }),
  },
  {
    check: 'member-sha256',
    what: 'the index has another SHA-256',
    spoil: forged(f => {
      entryOf(f, 'b.tif').sha256 = '0'.repeat(64);
    }),
  },
  {
    check: 'member-crc32',
    what: 'the index has another CRC-32',
    spoil: forged(f => {
      entryOf(f, 'b.tif').crc32 = '00000000';
    }),
  },
  {
    check: 'member-sha256',
    what: 'two members of one size change places',
    spoil: forged(f => {
      const [a, b] = [entryOf(f, 'a.tif'), entryOf(f, 'b.tif')];
      const tar = tarOf(f, a);
      const kept = Buffer.from(tar.subarray(a.offset!, a.offset! + a.size));
      tar.copy(tar, a.offset!, b.offset!, b.offset! + b.size);
      kept.copy(tar, b.offset!);
    }),
  },
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
    check: 'padding',
    what: 'something stands in the padding',
    spoil: forged(f => {
      const entry = entryOf(f, 'b.tif');
      tarOf(f, entry)[entry.offset! + entry.size + 3] = 1;
    }),
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
  {
    check: 'members-missing',
    what: 'a tar breaks off at a member’s end, where every tar reader exits with 0',
    spoil: forged(f => {
      const last = f.indexed.filter(({ tar }) => tar === 0).at(-1)!;
      f.tars[0] = Buffer.concat([f.tars[0]!.subarray(0, last.offset! - 512), Buffer.alloc(1024)]);
    }),
  },
  {
    check: 'header-checksum',
    what: 'a bit of a header flips',
    spoil: forged(f => {
      f.tars[0]![110]! ^= 1;
    }),
  },
  {
    check: 'header-magic',
    what: 'a header is not POSIX',
    spoil: forged(f => editHeader(f.tars[0]!, 0, header => void header.write('ustar  \0', 257))),
  },
  {
    check: 'header-type',
    what: 'a member is a folder',
    spoil: forged(f => editHeader(f.tars[0]!, 0, header => void header.write('5', 156))),
  },
  {
    check: 'header-fields',
    what: 'a header has an owner',
    spoil: forged(f => editHeader(f.tars[0]!, 0, header => void header.write('0000001', 108))),
  },
  {
    check: 'pax-record',
    what: 'a PAX record has another length',
    spoil: forged(f => {
      const entry = f.indexed.find(({ member }) => member !== undefined)!;
      const tar = tarOf(f, entry);
      tar.write('9', tar.indexOf(' path=') - 1);
    }),
  },
  {
    check: 'pax-keyword',
    what: 'a PAX record is of something else',
    spoil: forged(f => {
      const entry = f.indexed.find(({ member }) => member !== undefined)!;
      const tar = tarOf(f, entry);
      tar.write(' blob=', tar.indexOf(' path='));
    }),
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
