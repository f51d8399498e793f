import { names, read } from './read-list.ts';

const plate = { one: 'plate', many: 'plates' };

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
