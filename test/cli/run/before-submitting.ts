import type { Ran } from '../helper.ts';

/** What is told of a submission ahead of it, on a twin that is up: dry runs, and what is refused. */
export function toldBeforeSubmitting(
  lab: (argv: readonly string[], input?: string) => Promise<Ran>,
  put: (key: string, body: string) => Promise<unknown>,
): void {
  it.each([
    [['--script', 'work.sh'], '--script: work.sh is for --do script, and --do is copy-test'],
    [['--do', 'script', '--script', './work.sh'], '--script: there is no file ./work.sh'],
    [['--do', 'script', '--script', 'nope.sh'], '--script: there is no file nope.sh here, and no s3://'],
    [
      ['--participants', 's3://no-such-bucket/list.txt'],
      's3://no-such-bucket/list.txt: there is no such bucket',
    ],
  ])('%j is refused, and nothing is submitted', async (words, text) => {
    const list = words.includes('--participants') ? [] : ['--participants', '1..2'];
    const refused = await lab(['submit', 'rapidtide', ...list, ...words, '--local']);
    expect([refused.code, refused.out, refused.err]).toEqual([2, '', expect.stringContaining(text)]);
  });

  it('a dry run submits nothing, and says the command that does, as a shell takes it', async () => {
    const before = (await lab(['runs', '--local', '--json'])).out;
    const dry = await lab([
      'submit',
      'rapidtide',
      '--participants',
      '001..120',
      '--shards',
      '7',
      '--name',
      'it’s a test',
      '--dry-run',
      '--local',
      '--',
      '--dry-run',
      "it's",
    ]);
    expect(dry.err).toContain('rapidtide over 120 participants');
    expect(dry.err.trim().split('\n').at(-1)).toBe(
      `Next: npx lab submit rapidtide --participants 001..120 --shards 7 --name 'it’s a test' --local -- --dry-run 'it'\\''s'`,
    );
    expect((await lab(['runs', '--local', '--json'])).out).toBe(before);
  });

  it('participants can be a listing by pattern', async () => {
    const dry = await lab([
      'submit',
      'rapidtide',
      '--participants',
      's3://scans-of-ours/*.txt',
      '--local',
      '--dry-run',
    ]);
    expect(dry.err).toContain('rapidtide over 3 participants');
  });

  it('a script that is not there is told before anything is submitted', async () => {
    const before = (await lab(['runs', '--local', '--json'])).out;
    const { code, err } = await lab([
      ...[
        'submit',
        'rapidtide',
        '--participants',
        'p1..p4',
        '--do',
        'script',
        '--script',
        'typo.sh',
        '--local',
      ],
    ]);
    expect([code, err]).toEqual([2, expect.stringContaining('there is no file typo.sh here')]);
    expect((await lab(['runs', '--local', '--json'])).out).toBe(before);
  });

  it.each([
    [
      'participant_id;age\nsub-1;3\nsub-2;4\n',
      [],
      'over 2 participants: sub-1 … sub-2 (column participant_id; labels age)',
    ],
    ['sub-1,3\nsub-2,4\n', ['--no-header'], 'over 2 participants: sub-1 … sub-2 (labels column 2)'],
    ['a,b\nx,1\nx,2\n', ['--column', 'a,b'], 'over 2 participants: x/1 … x/2 (column a,b; labels a, b)'],
    ['plate,well\nP1,A\nP1,B\n', ['--unique'], 'over 1 participant: P1 (column plate)'],
    ['["b","a"]', ['--only', 'a'], 'over 1 participant: a\n'],
  ])('the plan of a list by stdin, %j %j, says which names', async (list, words, text) => {
    const dry = await lab(
      ['submit', 'rapidtide', '--participants', '-', ...words, '--local', '--dry-run'],
      list,
    );
    expect([dry.code, dry.err]).toEqual([0, expect.stringContaining(text)]);
  });

  it.each([
    ['age,sex\n3,F\n', [], 'stdin line 1: none of the columns age, sex is known to name a participant'],
    ['a\na/b\n', [], 'stdin line 2: the outputs of "a/b" would be among those of "a" (line 1)'],
    [
      '1\n',
      ['--do', 'bids'],
      '1 of 1 participant has no input at s3://scans-of-ours/, for example sub-1/func/',
    ],
    ['1\n', ['--do', 'script', '--script', 'crlf.sh'], 'crlf.sh: has the line ends of Windows (line 1)'],
    ['1\n', ['--memory', '1 horse'], '--memory: "1 horse" is not a size in MiB: write 62000, 60GiB or x2'],
  ])('%j with %j is refused before anything is submitted', async (list, words, text) => {
    await put('config/crlf.sh', '#!/bin/bash\r\nls\r\n');
    const refused = await lab(['submit', 'rapidtide', '--participants', '-', ...words, '--local'], list);
    expect([refused.code, refused.out, refused.err]).toEqual([2, '', expect.stringContaining(text)]);
  });
}
