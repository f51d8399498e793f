import fc from 'fast-check';
import { parseList } from '../../lib/contract/list/parse-list.ts';
import { plainNames } from '../../lib/contract/list/plain-names.ts';
import { expandRange } from '../../lib/contract/list/range.ts';
import { encodeShards } from '../../lib/contract/run/encode-shards.ts';
import { decodeShard, indexRange, readEntry } from '../../lib/contract/run/shard-index.ts';
import { selectItems } from '../../lib/plan/select.ts';
import { runs } from '../helpers/runs.ts';

const noun = { one: 'participant', many: 'participants' };
const names = (text: string | Buffer, source = 'list.txt') =>
  parseList(Buffer.from(text), source, noun).items.map(item => item.name);

describe('a manifest', () => {
  it('forgives CRLF, a BOM, blank lines, comments and blanks around names', () => {
    expect(names('\uFEFF100307 \r\n\r\n# first scanner\r\n  101107\r\n')).toEqual(['100307', '101107']);
  });
  it('keeps names with blanks and unicode', () => {
    expect(names('plate 1 Measurement 1\nprobandin Ä\n試料7\n')).toEqual([
      'plate 1 Measurement 1',
      'probandin Ä',
      '試料7',
    ]);
  });
  it('names both lines of a duplicate', () => {
    expect(() => names('a\nb\n\na\n')).toThrow('list.txt line 4: "a" is there already, in line 1');
  });
  it('tells where a byte is that is not UTF-8', () => {
    expect(() =>
      names(Buffer.concat([Buffer.from('a\nM'), Buffer.from([0xfc]), Buffer.from('ller\n')])),
    ).toThrow('byte 0xfc at offset 3');
  });
  it.each(['../a', 'a/../b', 'a//b', '/a', 'a/', '.'])(
    'refuses %j, for it stands for a folder of outputs',
    name => {
      expect(() => names(`${name}\n`)).toThrow(`${JSON.stringify(name)} cannot be a name`);
    },
  );
  it('refuses an empty list', () => {
    expect(() => names('# nobody\n')).toThrow('has no participant in it');
  });
  it('keeps the other columns of a CSV as labels', () => {
    expect(
      parseList(Buffer.from('age,participant_id,site\r\n31,"sub 01",Bonn\r\n'), 'p.csv', noun).items,
    ).toEqual([{ name: 'sub 01', labels: { age: '31', site: 'Bonn' } }]);
  });
  it('reads TSV and JSON lines', () => {
    expect(names('name\tx\na\t1\n', 'p.tsv')).toEqual(['a']);
    expect(parseList(Buffer.from('"a"\n{"name":"b","runs":2}\n'), 'p.jsonl', noun).items).toEqual([
      { name: 'a' },
      { name: 'b', labels: { runs: '2' } },
    ]);
  });
  it('tells every problem at once', () => {
    expect(() => names('a\na\nb\u0007\n')).toThrow(/line 2[\s\S]*line 3/);
  });
});

describe('a range', () => {
  it.each([
    ['2019-11..2020-02', ['2019-11', '2019-12', '2020-01', '2020-02']],
    ['2020-02-28..2020-03-01', ['2020-02-28', '2020-02-29', '2020-03-01']],
    ['sub-08..sub-11', ['sub-08', 'sub-09', 'sub-10', 'sub-11']],
    ['8..11', ['8', '9', '10', '11']],
  ])('%s', (text, members) => expect(expandRange(text)).toEqual(members));
  it('that runs backwards is refused', () =>
    expect(() => expandRange('2019-12..2019-01')).toThrow('backwards'));
  it('is no range where it is a name', () => expect(expandRange('a..b')).toBeUndefined());
});

describe('a selection', () => {
  const items = ['a1', 'a2', 'a3', 'b'].map(name => ({ name }));
  it('takes names and ranges in the manifest’s order', () => {
    expect(selectItems(items, { only: ['b', 'a2..a3'] }, noun).map(item => item.name)).toEqual([
      'a2',
      'a3',
      'b',
    ]);
  });
  it('refuses a name that is not there, with the nearest', () => {
    expect(() => selectItems(items, { only: ['a9'] }, noun)).toThrow(
      /no participant "a9"[\s\S]*did you mean a1/,
    );
  });
});

it('every shard finds its own items by 32 bytes of the index, whatever the names are', () => {
  const item = fc.record({ name: fc.string({ unit: 'grapheme', minLength: 1 }) });
  fc.assert(
    fc.property(
      fc.array(fc.array(item, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
      shards => {
        const file = encodeShards(shards);
        shards.forEach((items, shard) => {
          const { range, digest } = readEntry(file.index.subarray(...indexRange(shard)));
          expect(decodeShard(file.items.slice(...range), digest)).toEqual(items);
        });
      },
    ),
  );
});

it('lines that were changed are not taken for those that were submitted', () => {
  const file = encodeShards([[{ name: 'a' }], [{ name: 'b' }]]);
  const { range, digest } = readEntry(file.index.subarray(...indexRange(1)));
  const lines = Buffer.from(file.items.slice(...range));
  lines[lines.indexOf('b')] = 'c'.charCodeAt(0);
  expect(decodeShard(lines, digest)).toBeUndefined();
});

it('a plain list is read as any other is', () => {
  const answer = (text: string, source: string, options: object) => {
    try {
      return parseList(Buffer.from(text), source, { ...noun, one: 'subject 1' }, options);
    } catch (error) {
      return (error as Error).message;
    }
  };
  const letters = fc.constantFrom(...'aAbB019_-'.split(''));
  const name = fc.oneof(
    { weight: 20, arbitrary: fc.string({ unit: letters, maxLength: 4 }).map(text => `s${text}1`) },
    fc.constantFrom(
      'subject1',
      'Subject_1',
      'sub-01',
      'a',
      '',
      ' x1',
      'x1 ',
      '#1',
      '1..3',
      'é1',
      '1/2',
      'a,1',
      '"q1"',
    ),
    fc.constantFrom('n1'.repeat(50), 'n1'.repeat(51), '1.0', '-', 'sep=1'),
  );
  let plain = 0;
  fc.assert(
    fc.property(
      fc.array(name, { minLength: 1, maxLength: 12 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.constantFrom('', '\n'),
      fc.constantFrom('list.txt', 'list.csv', 'list.json', 'stdin'),
      fc.constantFrom({}, {}, { noHeader: true }, { unique: true }),
      (names, end, last, source, options) => {
        const text = names.join(end) + last;
        if (plainNames(Buffer.from(text))) plain++;
        // A blank line behind it takes the other way.
        expect(answer(text, source, options)).toEqual(answer(`${text}\n\n`, source, options));
      },
    ),
    { numRuns: runs(2000) },
  );
  expect(plain).toBeGreaterThan(runs(200));
});
