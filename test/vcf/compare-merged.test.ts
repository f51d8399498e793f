import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { compareMerged } from '../../containers/vcf/export/compare-merged.ts';
import { runs } from '../helpers/runs.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'vcf-compared-'));
});
afterAll(() => rmSync(root, { recursive: true }));

const compare = async (rows: readonly string[], own: Readonly<Record<string, readonly string[]>>) => {
  const folder = mkdtempSync(join(root, 'texts-'));
  const put = (name: string, lines: readonly string[]): string => {
    writeFileSync(join(folder, name), lines.map(line => `${line.replaceAll(' ', '\t')}\n`).join(''));
    return join(folder, name);
  };
  const texts = Object.entries(own).map(([name, lines]) => ({
    name,
    path: put(name, lines),
    records: lines.length,
  }));
  return compareMerged(put('merged', rows), Object.keys(own), texts, new AbortController().signal);
};

it('knows an allele again that has a longer REF, others beside it, or other letters', async () => {
  expect(
    await compare(['c 7 AC A,ACC,CC . 1|2 0/3', 'c 9 A T,<NON_REF> . 0/1 ./.'], {
      a: ['c 7 AC A,ACC . 1|2', 'c 9 a t . 0/1'],
      b: ['c 7 A C . 0/1', 'c 9 A <NON_REF> 20 ./.'],
    }),
  ).toEqual({ records: 2, otherEnds: 1 });
});

it('tells blocks that have the END of another sample', async () => {
  const own = { a: ['c 1 A <NON_REF> 50 0/0'], b: ['c 1 A <NON_REF> 90 0/0'] };
  expect(await compare(['c 1 A <NON_REF> 50 0/0 0/0'], own)).toEqual({ records: 1, otherEnds: 1 });
  expect(await compare(['c 1 A <NON_REF> 50 0/0 ./.', 'c 1 A <NON_REF> 90 ./. 0/0'], own)).toEqual({
    records: 2,
    otherEnds: 0,
  });
});

it('misses no change of one field, whatever the samples hold', async () => {
  const allele = fc.constantFrom('C', 'G', 'AT', '<NON_REF>');
  const gt = fc.constantFrom('0/1', '1|1', '0/0', '1', './1', './.');
  const record = fc.tuple(fc.constantFrom('c1', 'c2'), fc.integer({ min: 1, max: 4 }), allele, gt);
  const files = fc.array(fc.array(record, { maxLength: 6 }), { minLength: 2, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(files, fc.nat(), fc.nat(), async (made, pick, change) => {
      const sorted = made.map(each =>
        each.toSorted((a, b) => (a[0] === b[0] ? a[1] - b[1] : a[0] < b[0] ? -1 : 1)),
      );
      const own = Object.fromEntries(
        sorted.map((records, k) => [
          `s${k}`,
          records.map(([c, pos, alt, call]) => `${c} ${pos} A ${alt} . ${call}`),
        ]),
      );
      // Each record for itself: a merge of the least kind.
      const rows = sorted
        .flatMap((records, k) =>
          records.map(([c, pos, alt, call]) => [
            c,
            String(pos),
            'A',
            alt,
            '.',
            ...sorted.map((_, j) => (j === k ? call : './.')),
          ]),
        )
        .sort((a, b) => (a[0] === b[0] ? Number(a[1]) - Number(b[1]) : a[0]! < b[0]! ? -1 : 1));
      const text = (list: readonly (readonly string[])[]): string[] => list.map(row => row.join(' '));
      expect((await compare(text(rows), own)).problem).toBeUndefined();
      if (rows.length === 0) return;
      const at = pick % rows.length;
      const [column, value] = (
        [
          [1, '9'],
          [3, 'TTT'],
          [5 + (change % made.length), '0/0/0'],
        ] as const
      )[change % 3]!;
      const call = rows[at]!.slice(5).find(each => /\d/.test(each));
      const isSeen = column !== 3 || (call !== undefined && /1/.test(call));
      const changed = rows.toSpliced(at, 1, rows[at]!.toSpliced(column, 1, value));
      if (isSeen) expect((await compare(text(changed), own)).problem).toBeDefined();
      expect((await compare(text(rows.toSpliced(at, 1)), own)).problem === undefined).toBe(
        // Nobody's call is lost with it, and its place has another record.
        call === undefined &&
          rows.some((row, k) => k !== at && row[0] === rows[at]![0] && row[1] === rows[at]![1]),
      );
    }),
    { numRuns: runs(150) },
  );
});
