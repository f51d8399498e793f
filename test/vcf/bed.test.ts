import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { bedText, mergeRegions, readBed } from '../../jobs/vcf/bed.ts';

const region = fc.record({
  contig: fc.constantFrom('chr1', 'chr10', 'chr2'),
  start: fc.nat(60),
  length: fc.integer({ min: 1, max: 20 }),
});

it('merged regions cover what the given ones cover, and no two of them overlap, touch or are out of order', () => {
  fc.assert(
    fc.property(fc.array(region, { maxLength: 30 }), list => {
      const given = list.map(({ contig, start, length }) => ({ contig, start, end: start + length }));
      const merged = mergeRegions(given);
      const covered = (regions: typeof merged): Set<string> =>
        new Set(
          regions.flatMap(({ contig, start, end }) =>
            Array.from({ length: end - start }, (_, i) => `${contig}:${start + i}`),
          ),
        );
      expect(covered(merged)).toEqual(covered(given));
      merged.slice(1).forEach((each, i) => {
        const before = merged[i]!;
        expect(each.contig === before.contig ? each.start > before.end : each.contig > before.contig).toBe(
          true,
        );
      });
    }),
  );
});

it('reads what people have: comments, track lines, blanks, CRLF, gzip, more columns', () => {
  const text = 'track name=x\r\n# exons\r\nchr2\t5\t9\tgene\t0\r\n\r\nchr1 0 10\r\nchr2\t1\t5\r\n';
  const regions = [
    { contig: 'chr1', start: 0, end: 10 },
    { contig: 'chr2', start: 1, end: 9 },
  ];
  expect(readBed(Buffer.from(text), 'x.bed')).toEqual(regions);
  expect(readBed(gzipSync(text), 'x.bed.gz')).toEqual(regions);
  expect(bedText(regions)).toBe('chr1\t0\t10\nchr2\t1\t9\n');
});

it('every wrong line is told by its number; a file without a region is refused', () => {
  const wrong = () => readBed(Buffer.from('chr1\t5\nchr1\t1\t2\nchr1\t9\t9\nchr1\ta\t7\n'), 'x.bed');
  expect(wrong).toThrow(
    /x\.bed line 1: has 2 of the three[\s\S]*line 3: 9-9 is empty[\s\S]*line 4: a-7 is no interval/,
  );
  expect(() => readBed(Buffer.from('# nothing\n'), 'x.bed')).toThrow('has no region in it');
});
