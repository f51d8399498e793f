import fc from 'fast-check';
import { type ParseListOptions, parseList } from '../../../lib/contract/list/parse-list.ts';
import { runs } from '../../helpers/runs.ts';

const participant = { one: 'participant', many: 'participants' };
const plate = { one: 'plate', many: 'plates' };
const read = (
  text: string | Buffer,
  source = 'list.txt',
  options: ParseListOptions = {},
  noun = participant,
) => parseList(Buffer.from(text as string), source, noun, options);
const names = (...args: Parameters<typeof read>) => read(...args).items.map(item => item.name);

describe('a list without a heading keeps its first line', () => {
  it.each(['list.txt', 'list.csv', 'list.tsv', 'stdin'])('one column in %s', source => {
    const text = 'roi_s01\nroi_s02\nroi_s03\n';
    expect(names(text, source)).toEqual(['roi_s01', 'roi_s02', 'roi_s03']);
  });
  it.each([
    ['sub-1,23,F\nsub-2,24,M\n', 'list.csv'],
    ['sub-1\t23\tF\nsub-2\t24\tM\n', 'stdin'],
    ['sub-1;23;F\nsub-2;24;M\n', 'list.txt'],
  ])('%j is refused with its line, for it may be one', (text, source) => {
    expect(() => read(text, source)).toThrow(
      /line 1: sub-1, 23, F may be a participant already[\s\S]*--no-header/,
    );
    const said = read(text, source, { noHeader: true });
    expect(said.items).toEqual([
      { name: 'sub-1', labels: { 'column 2': '23', 'column 3': 'F' } },
      { name: 'sub-2', labels: { 'column 2': '24', 'column 3': 'M' } },
    ]);
    expect(names(text, source, { noHeader: true, column: ['2'] })).toEqual(['23', '24']);
  });
  it('a first line unlike the others may be a heading, and is never guessed to be', () => {
    const text = 'Probanden\n100307\n100408\n';
    expect(() => read(text)).toThrow('line 1: "Probanden" looks like a heading of the 2 lines below');
    expect(names(text, 'l.txt', { column: ['Probanden'] })).toEqual(['100307', '100408']);
    expect(names(text, 'l.txt', { noHeader: true })).toEqual(['Probanden', '100307', '100408']);
  });
});

describe('the column that names items', () => {
  it.each([
    ['participant_id,age\nsub-1,3\n', 'participant_id', ['sub-1']],
    ['age,src_subject_id\n23,100307\n24,100408\n', 'src_subject_id', ['100307', '100408']],
    ['age,subject\n23,a\n', 'subject', ['a']],
    ['Subject,Release\n100307,S500\n', 'Subject', ['100307']],
    ['subjectkey\tsex\nNDAR_INV1\tM\n', 'subjectkey', ['NDAR_INV1']],
    ['Assay_Plate_Barcode,Plate_Map_Name\nBR1,H1\n', 'Assay_Plate_Barcode', ['BR1']],
    ['FileName_OrigDNA,Metadata_Plate\nx.tif,41744\n', 'Metadata_Plate', ['41744']],
    ['sample,fastq_1,fastq_2\nS1,a.gz,b.gz\n', 'sample', ['S1']],
    ['Lane,Sample Name\n1,S 1\n', 'Sample Name', ['S 1']],
    ['#FID\tIID\nF1\tI1\n', 'IID', ['I1']],
    ['participant_id\nsub-1\nsub-2\n', 'participant_id', ['sub-1', 'sub-2']],
    ['participant_id;age\nsub-1;3,5\n', 'participant_id', ['sub-1']],
    ['sep=;\r\nage;participant_id\r\n3;sub-1\r\n', 'participant_id', ['sub-1']],
    ['"participant_id"\t"sex"\n"sub-1"\t"M"\n', 'participant_id', ['sub-1']],
  ])('of %j is %s, whatever the file is called', (text, column, expected) => {
    for (const source of ['stdin', 'list.txt', 'list.csv', 'list.tsv', 's3://b/list']) {
      const parsed = read(text, source);
      expect([parsed.column, parsed.items.map(item => item.name)]).toEqual([column, expected]);
    }
  });
  it('of a plate is the plate, of a participant the participant', () => {
    const text = 'sample,plate\nS1,P1\n';
    expect(names(text, 'x', {}, plate)).toEqual(['P1']);
    expect(names(text, 'x', {}, { one: 'sample', many: 'samples' })).toEqual(['S1']);
  });
  it('is asked for where none is known, and ages are no participants', () => {
    expect(() => read('age,sex\n3,F\n4,M\n', 'l.csv')).toThrow(
      /l\.csv line 1: none of the columns age, sex is known to name a participant[\s\S]*--column NAME/,
    );
    expect(read('age,code\n3,F\n4,M\n', 'l.csv', { column: ['code'] })).toMatchObject({
      column: 'code',
      labels: ['age'],
    });
    expect(() => read('age,code\n3,F\n', 'l.csv', { column: ['cde'] })).toThrow(
      /no column "cde"[\s\S]*did you mean code/,
    );
  });
  it('twice is asked for by number', () => {
    expect(() => read('subject,subject\na,b\n')).toThrow(/"subject" twice[\s\S]*--column 1, or --column 2/);
    expect(names('subject,subject\na,b\n', 'x', { column: ['2'] })).toEqual(['b']);
  });
  it('can be two, joined', () => {
    const text = 'sub_id,ses_id,age\nsub-0001,ses-01,3\nsub-0001,ses-02,4\n';
    expect(() => read(text)).toThrow(/"sub-0001" is there already, in line 2[\s\S]*--column sub_id,ses_id/);
    expect(read(text, 'x', { column: ['sub_id', 'ses_id'] }).items[1]).toEqual({
      name: 'sub-0001/ses-02',
      labels: { sub_id: 'sub-0001', ses_id: 'ses-02', age: '4' },
    });
    expect(() => read('a,b\nx,\n', 'x', { column: ['a', 'b'] })).toThrow('line 2: has no name');
  });
});

describe('rows that are not as the heading', () => {
  it('shorter ones and trailing commas keep what is there, and that is said once', () => {
    const parsed = read('participant_id\tage\tsex\t\nsub-01\t23\tM\nsub-02\t24\nsub-03\n\t\t\t\n');
    expect(parsed.items).toEqual([
      { name: 'sub-01', labels: { age: '23', sex: 'M' } },
      { name: 'sub-02', labels: { age: '24' } },
      { name: 'sub-03' },
    ]);
    expect(parsed.notes).toEqual([
      '2 rows are shorter than the heading (first: line 3); the labels that are there are kept',
    ]);
  });
  it('longer ones are refused with their line: the name may be shifted', () => {
    expect(() => read('participant_id,age\n1,sub-01,23\n', 'r.csv')).toThrow(
      'r.csv line 2: has 3 fields, and the heading has 2',
    );
  });
  it.each([
    ['participant_id\tage\na\t1\nparticipant_id\tage\nb\t2\n', 3, 'is the heading again'],
    ['participant_id\na\nparticipant_id\n', 3, 'is the heading again'],
    ['participant_id\tage\na\t1\nb 2\n', 3, 'is one field, and the heading has 2'],
    ['"age","sex"\n"1","sub-01",23\n', 1, 'none of the columns age, sex'],
  ])('%j is refused with its line', (text, line, message) => {
    expect(() => read(text, 'r')).toThrow(new RegExp(`r line ${line}: .*${message}`));
  });
  it('a heading that is there twice loses no label', () => {
    expect(read('participant_id,age,age,\na,1,2,3\n').items[0]!.labels).toEqual({
      age: '1',
      'age (2)': '2',
      'column 4': '3',
    });
  });
});

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

describe('names', () => {
  it('lose comments and invisible characters around them, which is said', () => {
    const parsed = read('sub-01 # bad scan\nsub-02\u200b\nplate #3\n');
    expect(parsed.items.map(item => item.name)).toEqual(['sub-01', 'sub-02', 'plate #3']);
    expect(parsed.notes).toEqual([
      'the comment after a name left out (first: line 1)',
      'invisible characters around a name left out (first: line 2)',
    ]);
  });
  it.each([
    ['n/a', 'stands for a name that is missing'],
    ['NaN', 'stands for a name that is missing'],
    ['sub\u200b01', 'invisible character U.200B'],
    ['sub-01 #bad', 'may be a name and a comment'],
    ['1.00307E+05', 'spreadsheet'],
    ['x'.repeat(256), 'has 256 bytes'],
    ['s3://bucket/key', 'it is an address'],
    ['sub-01, M', 'several fields'],
    ['100307.0', 'whole number'],
    ['- sub-01', 'YAML'],
  ])('%j is refused, with the line', (name, reason) => {
    expect(() => read(`sub-00\n\n${name}\n`)).toThrow(new RegExp(`list.txt line 3: [\\s\\S]*${reason}`));
  });
  it('below another would overwrite its outputs, and are refused', () => {
    expect(() => read('b\nsub-01/ses-1\nsub-01\n')).toThrow(
      'list.txt line 2: the outputs of "sub-01/ses-1" would be among those of "sub-01" (line 3)',
    );
    expect(names('sub-01/ses-1\nsub-01/ses-2\nsub-010\n')).toHaveLength(3);
  });
  it('that are one on macOS or Windows are warned about', () => {
    expect(read('Sub-1\nsub-1\n').notes).toEqual([
      expect.stringContaining('Sub-1 (line 1) and sub-1 (line 2)'),
    ]);
    expect(read('é\ne\u0301\n').notes).toEqual([expect.stringContaining('macOS and Windows')]);
  });
  it('twice in rows that are alike can go; with other labels they cannot', () => {
    expect(() => read('a\na\n')).toThrow('take one of the two out');
    expect(() => read('Metadata_Plate,Metadata_Well\nP1,A01\nP1,A02\n')).toThrow(
      /--column Metadata_Plate,Metadata_Well makes an item of each row; --unique takes each name once$/,
    );
    const once = read('Metadata_Plate,Metadata_Well,batch\nP1,A01,3\nP1,A02,3\nP2,A01,4\n', 'x', {
      unique: true,
    });
    expect(once.items).toEqual([
      { name: 'P1', labels: { batch: '3' } },
      { name: 'P2', labels: { Metadata_Well: 'A01', batch: '4' } },
    ]);
    expect(once.notes).toHaveLength(1);
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

describe('addresses', () => {
  const files = { ...participant, lines: 'uri' } as const;
  it('are named by their files, and told apart by folders where files are called alike', () => {
    const parsed = read(
      's3://b/x/s1.vcf.gz\ts3://b/x/s1.vcf.gz.tbi\ns3://b/y/s1.vcf.gz\ns3://b/y/s 2, new.bcf\n',
      'l.tsv',
      {},
      files,
    );
    expect(parsed.items).toEqual([
      { name: 'x/s1', labels: { uri: 's3://b/x/s1.vcf.gz', index: 's3://b/x/s1.vcf.gz.tbi' } },
      { name: 'y/s1', labels: { uri: 's3://b/y/s1.vcf.gz' } },
      { name: 's 2, new', labels: { uri: 's3://b/y/s 2, new.bcf' } },
    ]);
  });
  it('may have a heading, and one address twice is a duplicate', () => {
    expect(names('uri\tindex-uri\ns3://b/s1.vcf.gz\ti\n', 'l.txt', {}, files)).toEqual(['s1']);
    expect(() => read('s3://b/s1.vcf\ns3://b/s1.vcf\n', 'l.txt', {}, files)).toThrow('there already');
    expect(() => read('s3://b/s1.vcf\n./s2.vcf\n', 'l.txt', {}, files)).toThrow(
      'line 2: "./s2.vcf" is not the address',
    );
  });
});

it('an Illumina sample sheet is read in its data section, with its own lines', () => {
  const sheet =
    '[Header],,\nFileFormatVersion,2,\n\n[BCLConvert_Data],,\nLane,Sample_ID,index\n1,S1,ACGT\n1,n/a,ACGG\n';
  expect(() => read(sheet, 's.csv')).toThrow('s.csv line 7: "n/a"');
  expect(names(sheet.replace('n/a', 'S2'), 's.csv')).toEqual(['S1', 'S2']);
});

it('NDA’s second heading line is no participant', () => {
  const text =
    'subjectkey\tsex\nThe NDAR Global Unique Identifier (GUID)\tSex of subject at birth\nNDAR_INV1\tM\n';
  const parsed = read(text, 'abcd.txt');
  expect([parsed.items.length, parsed.notes]).toEqual([1, ['line 2 describes the columns and is no item']]);
});

it('a thousand bad lines are told by twenty and a count', () => {
  let told = '';
  try {
    read('a\n'.repeat(1001));
  } catch (error) {
    told = (error as Error).message;
  }
  expect(told.split('\n').filter(line => line.includes('already'))).toHaveLength(20);
  expect(told).toContain('and 980 more lines like these');
});

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

it('a range that runs backwards is told with its line', () => {
  expect(() => read('sub-01\nsub-09..sub-03\n')).toThrow(
    'list.txt line 2 sub-09..sub-03: the range runs backwards',
  );
});
