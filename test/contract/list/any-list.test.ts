import fc from 'fast-check';
import { runs } from '../../helpers/runs.ts';
import { read } from './read-list.ts';

it('whatever is written as a table by any delimiter comes back, item for item', () => {
  const cell = fc.stringMatching(/^[A-Za-z0-9 ,;"'äß試-]{1,12}$/).map(text => text.trim() || 'x');
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,6}[0-9]{1,3}$/), cell), {
        minLength: 1,
        maxLength: 6,
        selector: ([name]) => name,
      }),
      fc.constantFrom(',', ';', '\t'),
      fc.constantFrom('\n', '\r\n'),
      (rows, delimiter, end) => {
        const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const text = [['participant_id', 'label'], ...rows]
          .map(row => row.map(quote).join(delimiter))
          .join(end);
        expect(read(text, 'stdin').items).toEqual(rows.map(([name, label]) => ({ name, labels: { label } })));
      },
    ),
  );
});

it('no line is lost without a word, whatever the lines are: each is an item, or the heading that is told, or an error', () => {
  const word = fc.constantFrom(
    'sub-01',
    'sub_2',
    '100307',
    'a',
    'Subject',
    'id',
    'x y',
    'plate 1',
    'age',
    'ä',
    'n/a',
    '"q"',
  );
  const line = fc.oneof(
    word,
    fc.array(word, { minLength: 2, maxLength: 3 }).map(words => words.join(',')),
  );
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('l.csv', 'l.txt', 'stdin'),
      (lines, source) => {
        let parsed: ReturnType<typeof read>;
        try {
          parsed = read(lines.join('\n'), source);
        } catch (error) {
          expect((error as Error).name).toBe('LabError');
          return;
        }
        expect(parsed.items.length + (parsed.column === undefined ? 0 : 1)).toBe(lines.length);
        for (const { name } of parsed.items)
          expect(lines.some(each => each.split(',').some(field => field.replaceAll('"', '') === name))).toBe(
            true,
          );
      },
    ),
    { numRuns: runs(500) },
  );
});
