import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { Findings } from '../../containers/plate-archive/verifier/findings.ts';
import { keyOfName } from '../../containers/plate-archive/verifier/lines.ts';
import { TarReader } from '../../containers/plate-archive/verifier/tar-reader.ts';
import {
  blocksFor,
  decodeIndex,
  encodeIndex,
  entryOf,
} from '../../jobs/plate-archive/format/archive-index.ts';
import { combineCrc32 } from '../../jobs/plate-archive/format/crc32.ts';
import {
  compareKeys,
  decodeInventory,
  encodeInventory,
  type SourceObject,
  sortObjects,
} from '../../jobs/plate-archive/format/inventory.ts';
import { layOut } from '../../jobs/plate-archive/format/layout.ts';
import { foldersOf, keyOfMember, memberName } from '../../jobs/plate-archive/format/member-name.ts';
import { cutParts } from '../../jobs/plate-archive/format/parts.ts';
import { endBytes, headerBytes, padding, tarHeader } from '../../jobs/plate-archive/format/tar-header.ts';
import { runs } from '../helpers/runs.ts';
import { plate } from './plate-lab.ts';

const component = fc.oneof(
  fc.constantFrom(
    '',
    '.',
    '..',
    'a',
    'b',
    '%escaped',
    '%',
    '%+',
    '%empty',
    'é',
    'é',
    'A',
    ' ',
    'x\ny',
    '%2E',
    '.'.repeat(481),
    'ü'.repeat(150),
    'e\u0301'.repeat(50),
    'け\u3099',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const key = fc
  .array(component, { minLength: 1, maxLength: 5 })
  .map(parts => parts.join('/'))
  .filter(text => text !== '' && text.isWellFormed());
const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 12 });
const source = (name: string, size: number): SourceObject => ({
  key: name,
  size,
  etag: `"${size}"`,
  modified: 1_700_000_000_123,
});

it('every key has a member name of its own that reads back, and no reader could lose or rename', () => {
  fc.assert(
    fc.property(keys, list => {
      const folders = foldersOf(list);
      const names = list.map(each => memberName(each, folders));
      expect(names.map(keyOfMember)).toEqual(list);
      expect(names.map(keyOfName)).toEqual(list);
      expect(new Set(names).size).toBe(names.length);
      const above = foldersOf(names);
      const parts = names.flatMap(name => name.split('/'));
      const isLost = (part: string): boolean =>
        ['', '.', '..'].includes(part) || part.includes('\0') || Buffer.byteLength(part) > 255;
      expect(names.filter(name => above.has(name)).concat(parts.filter(isLost))).toEqual([]);
    }),
    { numRuns: runs(300) },
  );
});

it('keys sort by their bytes', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'z', 'é', '\uffee', '😀', '\0'), maxLength: 6 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

it('a CRC-32 is combined from its pieces', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.uint8Array({ maxLength: 3000 }), (a, b) => {
      expect(combineCrc32(crc32(a), crc32(b), b.length)).toBe(crc32(Buffer.concat([a, b])));
    }),
  );
  const zeros = Buffer.alloc(1 << 20);
  let far = crc32(Buffer.from('x'));
  for (let i = 0; i < 9; i++) far = crc32(zeros, far);
  expect(combineCrc32(crc32(Buffer.from('x')), crc32(Buffer.alloc(9 << 20)), 9 << 20)).toBe(far);
});

const sizes = fc.constantFrom(0, 1, 511, 512, 513, 1024, 5000, 12_000, 40_000);

it('any parts, cut anywhere, are the same tars; each is read back whole', () => {
  fc.assert(
    fc.property(
      keys,
      fc.array(sizes, { minLength: 12, maxLength: 12 }),
      fc.constantFrom(8_000, 20_000, 200_000),
      (list, lengths, tarBytes) => {
        const objects = sortObjects(list.map((each, i) => source(each, lengths[i]!)));
        const { tars, markers } = layOut(objects, tarBytes);
        expect(
          tars.flatMap(({ members }) => [...members].map(({ object }) => object)).concat(markers),
        ).toHaveLength(list.length);
        const bodies = new Map(objects.map(object => [object.key, Buffer.alloc(object.size, object.key)]));
        for (const tar of tars) {
          const whole = [4096, 10_000, 1 << 20].map(partBytes => {
            const parts = cutParts(tar, partBytes);
            expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(tar.bytes);
            return Buffer.concat(
              parts.map(part => {
                const body = Buffer.alloc(part.bytes);
                for (const { member, at } of part.headers)
                  tarHeader({
                    name: member.name,
                    size: member.object.size,
                    seconds: member.object.modified / 1000,
                  }).copy(body, at);
                for (const { member, from, bytes, at } of part.slices)
                  bodies.get(member.object.key)!.copy(body, at, from, from + bytes);
                return body;
              }),
            );
          });
          expect(whole[0]!.equals(whole[1]!) && whole[1]!.equals(whole[2]!)).toBe(true);
          const found = new Findings();
          const read: [string, number, string][] = [];
          let hash = createHash('sha256');
          const reader = new TarReader('tar', found, {
            begin: ({ name, size, offset }) => {
              read.push([keyOfName(name)!, size, '']);
              expect(tar.members.at(read.length - 1)!.offset).toBe(offset);
              hash = createHash('sha256');
            },
            data: bytes => void hash.update(bytes),
            end: () => {
              read.at(-1)![2] = hash.digest('hex');
            },
          });
          for (let at = 0; at < whole[0]!.length; at += 700) reader.push(whole[0]!.subarray(at, at + 700));
          reader.finish();
          expect(found.list).toEqual([]);
          expect(read).toEqual(
            [...tar.members].map(({ object }) => [
              object.key,
              object.size,
              createHash('sha256').update(bodies.get(object.key)!).digest('hex'),
            ]),
          );
        }
      },
    ),
    { numRuns: runs(60) },
  );
});

it('every byte of a tar comes by once and in turn, of a broken one as well', () => {
  const member = fc.record({
    name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }).filter(text => !text.includes('\0')),
    body: fc.uint8Array({ maxLength: 3000 }),
  });
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
  fc.assert(
    fc.property(
      fc.array(member, { maxLength: 6 }),
      damage,
      fc.integer({ min: 1, max: 4000 }),
      fc.double({ min: 0.3, max: 1, noNaN: true }),
      (members, flips, window, kept) => {
        const files = members.flatMap(({ name, body }) => [
          tarHeader({ name, size: body.length, seconds: 0 }),
          Buffer.from(body),
          Buffer.alloc(padding(body.length)),
        ]);
        const whole = Buffer.concat([...files, Buffer.alloc(2048)]);
        for (const [at, byte] of flips) whole[at % whole.length] = byte;
        const tar = whole.subarray(0, Math.ceil(whole.length * kept));
        const came: Buffer[] = [];
        const take = (bytes: Buffer): void => void came.push(Buffer.from(bytes));
        const sink = { begin: () => {}, end: () => {}, data: take, outside: take };
        const reader = new TarReader('tar', new Findings(), sink);
        for (let at = 0; at < tar.length; at += window) reader.push(tar.subarray(at, at + window));
        reader.finish();
        expect(Buffer.concat(came).equals(tar)).toBe(true);
      },
    ),
  );
});

it('headers have the sizes that are said beforehand, up to and over 8 GiB', () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 400 })
    .filter(text => text.isWellFormed() && !text.includes('\0'));
  const size = fc.constantFrom(0, 1, 8 * 1024 ** 3 - 1, 8 * 1024 ** 3, 8 * 1024 ** 3 + 1, 5 * 1024 ** 4);
  fc.assert(
    fc.property(name, size, fc.double({ noNaN: true }), (text, bytes, seconds) => {
      const member = { name: text, size: bytes, seconds };
      const header = tarHeader(member);
      expect(header.length).toBe(headerBytes(member));
      expect(header.length % 512).toBe(0);
      let seen: { name: string; size: number } | undefined;
      const found = new Findings();
      new TarReader('tar', found, { begin: read => (seen = read), data: () => {}, end: () => {} }).push(
        header,
      );
      expect(found.list).toEqual([]);
      expect(seen).toMatchObject({ name: text, size: bytes });
    }),
  );
  expect(padding(512)).toBe(0);
  expect((endBytes(512 * 7) + 512 * 7) % 10_240).toBe(0);
});

it('an inventory is read back with its digest, and a broken one is refused', () => {
  fc.assert(
    fc.property(keys, list => {
      const objects = sortObjects(list.map((each, i) => ({ ...source(each, i), versionId: `v${i}` })));
      const bytes = objects.reduce((sum, { size }) => sum + size, 0);
      const head = {
        ...{
          format: 'plate inventory 1' as const,
          project: 'P',
          batch: 'B',
          plate: plate.plate,
          plateFull: 'x',
          labels: {},
        },
        ...{
          bucket: 'live',
          frozenAt: '2026-01-01T00:00:00.000Z',
          tarBytes: 1,
          folders: [],
          objects: objects.length,
          bytes,
        },
      };
      const text = encodeInventory(head, objects);
      const read = decodeInventory(text);
      expect([...read.objects]).toEqual(objects);
      expect(read.digest).toBe(createHash('sha256').update(text).digest('hex'));
      expect(encodeInventory(read.head, read.objects).equals(text)).toBe(true);
      expect(() => decodeInventory(text.subarray(0, -1))).toThrow('breaks off');
      expect(() => decodeInventory(encodeInventory({ ...head, objects: 99 }, objects))).toThrow(
        'its head says 99',
      );
    }),
  );
});

it('an object is found through one block of the index', () => {
  const objects = Array.from({ length: 3000 }, (_, i) =>
    source(`images/r${String(i).padStart(5, '0')}.tiff`, 100),
  );
  const { tars } = layOut(objects, 50_000);
  const entries = tars.flatMap(tar =>
    [...tar.members].map(member => entryOf(member, { sha256: '0'.repeat(64), crc32: 1 })),
  );
  const index = encodeIndex(entries);
  expect(index.blocks.length).toBeGreaterThan(10);
  expect(decodeIndex(index.bytes)).toEqual(entries);
  for (const { key: wanted } of entries.filter((_, i) => i % 97 === 0)) {
    const numbers = blocksFor(index.blocks, wanted, compareKeys);
    expect(numbers).toHaveLength(1);
    const { offset, bytes } = index.blocks[numbers[0]!]!;
    expect(
      decodeIndex(index.bytes.subarray(offset, offset + bytes)).some(entry => entry.key === wanted),
    ).toBe(true);
  }
  const begun = blocksFor(index.blocks, 'images/r012', compareKeys).flatMap(number => {
    const { offset, bytes } = index.blocks[number]!;
    return decodeIndex(index.bytes.subarray(offset, offset + bytes));
  });
  expect(begun.filter(entry => entry.key.startsWith('images/r012'))).toHaveLength(100);
});
