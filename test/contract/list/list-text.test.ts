import { names, read } from './read-list.ts';

describe('quotes', () => {
  it('of a TSV are characters where they are not whole, as BIDS has it: no line is swallowed', () => {
    expect(names('participant_id\tage\nsub-01\t"23\nsub-02\t"24\n', 'p.tsv')).toEqual(['sub-01', 'sub-02']);
  });
  it.each([
    ['participant_id,age\nsub-01,"23\nsub-02,24\n', 2],
    ['participant_id,age\nsub-01,"23\nsub-02,"24\n', 2],
    ['participant_id,age\n\n# c\nsub-01,1"2\n', 4],
  ])('of %j are told in line %d', (text, line) => {
    expect(() => read(text, 'p.csv')).toThrow(`p.csv line ${line}: has a quote that is not whole`);
  });
  it('may hold delimiters and line ends', () => {
    const parsed = read('participant_id,notes\n"Doe, J","two\nlines"\nb,"x"\nb,y\n', 'p.csv', {
      unique: true,
    });
    expect(parsed.items).toEqual([{ name: 'Doe, J', labels: { notes: 'two\nlines' } }, { name: 'b' }]);
    expect(() => read('participant_id,notes\n"a","two\nlines"\nb,"x"\nb,y\n', 'p.csv')).toThrow(
      'line 5: "b" is there already, in line 4',
    );
  });
  it('around a whole line are none of the name', () => {
    expect(names('"Doe, J"\n"Roe, K"\nplain\n'.replace('plain\n', '')).length).toBe(2);
    expect(names('plain\n"Doe, J"\n')).toEqual(['plain', 'Doe, J']);
  });
});

describe('encodings', () => {
  it.each(['utf16le', 'utf8'] as const)('%s with a BOM is read', encoding => {
    expect(names(Buffer.from('\uFEFFparticipant_id\r\nsüb-01\r\n', encoding))).toEqual(['süb-01']);
  });
  it('UTF-16 of the other byte order is read', () => {
    expect(names(Buffer.from('\uFEFFa\nb\n', 'utf16le').swap16())).toEqual(['a', 'b']);
  });
  it.each([
    [Buffer.from('sub-01\nsub-02\n', 'utf16le'), 'iconv -f UTF-16LE -t UTF-8 list.txt'],
    [Buffer.from('sub-01\n', 'utf16le').swap16(), 'iconv -f UTF-16BE -t UTF-8 list.txt'],
    [Buffer.from('a\nb\nM\xfcller\n', 'latin1'), 'line 3: is not UTF-8: byte 0xfc at offset 5'],
    [Buffer.from('PK\u0003\u0004...'), 'save the sheet as CSV'],
    [Buffer.from([0x1f, 0x8b, 8, 0]), 'gunzip -c list.txt'],
  ])('%j is refused with what mends it', (bytes, fix) => {
    expect(() => read(bytes)).toThrow(fix);
  });
});

describe('JSON', () => {
  it('arrays of strings, numbers and objects are read, lines of them too, from stdin', () => {
    expect(names('["a","b"]', 'stdin')).toEqual(['a', 'b']);
    expect(names('[100307, 100408]', 'arr.txt')).toEqual(['100307', '100408']);
    expect(names('[\n  {"age": 3, "participant_id": "a"}\n]', 'arr.json')).toEqual(['a']);
    expect(read('{"name":"a","runs":2}\n{"name":"b"}\n', 'stdin').items).toEqual([
      { name: 'a', labels: { runs: '2' } },
      { name: 'b' },
    ]);
    expect(names('{"x":"a","y":"b"}\n', 'stdin', { column: ['x', 'y'] })).toEqual(['a/b']);
  });
  it.each([
    ['["a",', 'begins as JSON and is none'],
    ['["a", 1.5]', 'stdin element 2: is not a string or an object'],
    ['{"age":3}\n', 'stdin line 1: is not a string or an object with a "participant" or "name"'],
  ])('%j is refused', (text, reason) => expect(() => read(text, 'stdin')).toThrow(reason));
});
