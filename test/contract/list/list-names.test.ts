import { names, participant, read } from './read-list.ts';

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

it('a range that runs backwards is told with its line', () => {
  expect(() => read('sub-01\nsub-09..sub-03\n')).toThrow(
    'list.txt line 2 sub-09..sub-03: the range runs backwards',
  );
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
