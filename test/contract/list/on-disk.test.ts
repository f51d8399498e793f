import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { Lines } from '../../../lib/contract/list/lines.ts';
import { parseList } from '../../../lib/contract/list/parse-list.ts';
import { readTable } from '../../../lib/contract/list/read-records.ts';
import { TextTable } from '../../../lib/contract/list/text-table.ts';
import { runs } from '../../helpers/runs.ts';

const sample = { one: 'sample', many: 'samples' };

/** Bytes none of which are in memory. */
function onDisk(bytes: Buffer): Lines {
  const lines = new Lines(0);
  lines.append(bytes);
  return lines;
}

const field = fc.oneof(
  fc.constantFrom('', 'x', ' ä ', '\u00a0体\u2003', 'a b', '#', 'a # b', '\ufeffz'),
  fc.constantFrom('"q"', '"two ""q"""', '"a, b;\tc"', '"# none"', '"two\nlines"', '"two\r\nlines"', ' "q" '),
);
const row = fc.record({
  fields: fc.array(field, { minLength: 1, maxLength: 4 }),
  // Around the length of a piece.
  long: fc.constantFrom(0, 0, 0, 1000, 65_530, 131_070),
  end: fc.constantFrom('\n', '\r\n', '\r'),
  before: fc.constantFrom('', '', '', '# "one quote', '  # two', '   '),
});

const orRefused = <T>(read: () => T): T | 'refused' => {
  try {
    return read();
  } catch {
    return 'refused';
  }
};

it('the records of a table are those of all of it at once, wherever its pieces end', () => {
  fc.assert(
    fc.property(fc.constantFrom('\t', ';', ','), fc.array(row, { maxLength: 12 }), (delimiter, rows) => {
      const text = rows
        .map(({ fields, long, end, before }) =>
          [before === '' ? '' : before + end, [...fields, 'l'.repeat(long)].join(delimiter), end].join(''),
        )
        .join('')
        // Whether a table of tabs has quotes is found by looking at all of it.
        .replaceAll('"', delimiter === '\t' ? "'" : '"');
      const whole = orRefused(() =>
        parse(text, {
          delimiter,
          trim: true,
          skip_empty_lines: true,
          relax_column_count: true,
          comment: '#',
          comment_no_infix: true,
          record_delimiter: ['\r\n', '\n', '\r'],
        }).filter(fields => fields.some(each => each !== '')),
      );
      for (const bytes of [Buffer.from(text), onDisk(Buffer.from(text))])
        expect(orRefused(() => Array.from(readTable(bytes, 'list', delimiter), each => each.fields))).toEqual(
          whole,
        );
    }),
    { numRuns: runs(100) },
  );
});

describe('a list that is on disk is read as one in memory', () => {
  const rows = Array.from({ length: 300 }, (_, i) => ({
    sample: `s-${i}`,
    note: `${i} ${'ä"'.repeat(500)}`,
  }));
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const table = ['sample,note', ...rows.map(({ sample, note }) => `${sample},${quoted(note)}`)].join('\r\n');
  it.each([
    ['a table', 'list.csv', Buffer.from(table)],
    ['a table of Excel', 'list.csv', Buffer.from(`\uFEFF${table}`, 'utf16le')],
    [
      'a sample sheet',
      'list.csv',
      Buffer.from(`[Header]\r\nx,y\r\n[Data]\r\n${table}\r\n[Other]\r\nz,1\r\n`),
    ],
    ['JSON lines', 'list.jsonl', Buffer.from(rows.map(each => JSON.stringify(each)).join('\n'))],
    ['a JSON array', 'list.json', Buffer.from(JSON.stringify(rows))],
  ])('%s', (_, source, bytes) => {
    for (const each of [bytes, onDisk(bytes)])
      expect(parseList(each, source, sample).items).toEqual(
        rows.map(({ sample, note }) => ({ name: sample, labels: { note } })),
      );
  });
  it('plain names', () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `s-${i}`);
    for (const end of ['\n', '\r\n'])
      expect(parseList(onDisk(Buffer.from(names.join(end))), 'list', sample).items).toEqual(
        names.map(name => ({ name })),
      );
  });
  it('and what is no text is told with its line', () => {
    const bytes = Buffer.concat([Buffer.from(table), Buffer.from([0x0a, 0x61, 0xfc, 0x0a])]);
    const told = `list.csv line 302: is not UTF-8: byte 0xfc at offset ${Buffer.byteLength(table) + 2}`;
    expect(() => parseList(onDisk(bytes), 'list.csv', sample)).toThrow(told);
  });
});

it('what is wrong with a row behind a line’s end in quotes is told with its own line', () => {
  const text = 'sample,note\r\na,"two\r\nlines"\r\nb,"x"\r\nb,y\r\n';
  expect(() => parseList(Buffer.from(text), 'list.csv', sample)).toThrow(
    'list.csv line 5: "b" is there already, in line 4',
  );
});

it('items are copied and written with their labels', () => {
  const [item] = parseList(Buffer.from('sample,note\na,x\n'), 'list.csv', sample).items;
  expect(JSON.stringify(item)).toBe('{"name":"a","labels":{"note":"x"}}');
  expect({ ...item }).toEqual({ name: 'a', labels: { note: 'x' } });
});

it('a table of texts tells where each has come first', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 2 }), { maxLength: 3000 }), texts => {
      const table = new TextTable(place => texts[place]!);
      texts.forEach((text, place) => {
        const first = texts.indexOf(text);
        expect(table.take(place)).toBe(first === place ? undefined : first);
        expect(table.find(text)).toBe(first);
      });
      expect(table.find('longer')).toBeUndefined();
    }),
    { numRuns: runs(40) },
  );
});
