import { editHeader } from '../forge.ts';
import { imagesPrefix } from '../plate-lab.ts';
import { type Corruption, entryOf, forged, tarOf } from './spoil.ts';

/** What stands in a tar: headers, names, bytes. */
export const ofMembers: readonly Corruption[] = [
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
    check: 'padding',
    what: 'something stands in the padding',
    spoil: forged(f => {
      const entry = entryOf(f, 'b.tif');
      tarOf(f, entry)[entry.offset! + entry.size + 3] = 1;
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
];
