import fc from 'fast-check';
import { jsonElements } from '../../../lib/contract/list/json-elements.ts';
import { linesIn } from '../../../lib/contract/list/list-text.ts';
import { parseList } from '../../../lib/contract/list/parse-list.ts';
import { runs } from '../../helpers/runs.ts';

const sample = { one: 'sample', many: 'samples' };

it('lines are those of the whole text, wherever its pieces end', () => {
  const line = fc.record({
    // Around the length of a piece, and letters of several bytes.
    text: fc.tuple(
      fc.constantFrom('x', 'ä', '体'),
      fc.constantFrom(0, 1, 30_000, 65_534, 65_535, 65_536, 140_000),
    ),
    end: fc.constantFrom('\n', '\r', '\r\n'),
  });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), lines => {
      const text = lines.map(({ text: [letter, count], end }) => letter.repeat(count) + end).join('');
      const whole = text.split(/\r\n|\n|\r/);
      // What follows the last line's end is no line.
      if (whole.at(-1) === '') whole.pop();
      expect([...linesIn(Buffer.from(text))]).toEqual(whole);
    }),
    { numRuns: runs(60) },
  );
});

it('elements of an array are what JSON.parse makes of it, and what it refuses is refused', () => {
  const outcome = (read: () => unknown): unknown => {
    try {
      return { value: read() };
    } catch (error) {
      expect(error).toBeInstanceOf(SyntaxError);
      return 'refused';
    }
  };
  const text = fc
    .tuple(fc.array(fc.jsonValue()), fc.constantFrom(0, 1, '\t'))
    .map(([value, by]) => JSON.stringify(value, undefined, by));
  const edit = fc.tuple(fc.nat(), fc.constantFrom('', ',', ']', '[', '"', '\\', '}', ' ', 'x'), fc.nat(2));
  const edited = fc.tuple(text, fc.array(edit, { maxLength: 2 })).map(([whole, edits]) =>
    edits.reduce((now, [at, by, gone]) => {
      const place = at % (now.length + 1);
      return now.slice(0, place) + by + now.slice(place + gone);
    }, whole),
  );
  fc.assert(
    fc.property(edited, json => {
      const ours = outcome(() => [...jsonElements(Buffer.from(json))]);
      const value = outcome(() => {
        const parsed: unknown = JSON.parse(json);
        if (!Array.isArray(parsed)) throw new SyntaxError();
        return parsed;
      });
      expect(ours).toEqual(value);
    }),
    { numRuns: runs(2000) },
  );
});

describe('no list is one text on its way, which it might be too long for', () => {
  const note = 'ä'.repeat(250);
  const rows = Array.from({ length: 2000 }, (_, i) => ({ sample: `s-${i}`, note }));
  const table = (by: string): string =>
    [`sample${by}note`, ...rows.map(row => `${row.sample}${by}${row.note}`)].join('\r\n');
  it.each([
    ['a table', 'list.csv', Buffer.from(table(','))],
    ['a table of tabs', 'list.tsv', Buffer.from(table('\t'))],
    ['a table of Excel', 'list.txt', Buffer.from(`\uFEFF${table('\t')}`, 'utf16le')],
    ['JSON lines', 'list.jsonl', Buffer.from(rows.map(row => JSON.stringify(row)).join('\n'))],
    ['a JSON array', 'list.json', Buffer.from(JSON.stringify(rows))],
  ])('%s', (_, source, bytes) => {
    let longest = 0;
    const watched = [jest.spyOn(Buffer.prototype, 'toString'), jest.spyOn(TextDecoder.prototype, 'decode')];
    try {
      const { items } = parseList(bytes, source, sample);
      for (const each of watched)
        for (const { value } of each.mock.results) longest = Math.max(longest, String(value).length);
      expect(items).toHaveLength(rows.length);
      expect(items[1999]!.labels!.note).toBe(note);
    } finally {
      for (const each of watched) each.mockRestore();
    }
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThan(bytes.length / 2);
  });
});
