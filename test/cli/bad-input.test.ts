import fc from 'fast-check';
import { workloads } from '../../jobs/index.ts';
import { allCommands, verbNames } from '../../lib/cli/commands.ts';
import { overview, verbHelp } from '../../lib/cli/help.ts';
import { runs } from '../helpers/runs.ts';
import { user } from './helper.ts';

let me: Awaited<ReturnType<typeof user>>;
beforeAll(async () => {
  me = await user({});
});
afterAll(() => me.leave());

it.each([
  [['sumbit'], 'did you mean lab submit?'],
  [['submit', 'rapidtyde', '--participants', 'x'], 'did you mean rapidtide?'],
  [['submit', 'rapidtide', '--partcipants', 'x'], 'did you mean --participants?'],
  [['submit', 'rapidtide', '--memory', 'lots', '--participants', 'x'], '"lots" is not a size in MiB'],
  [['submit', 'rapidtide'], 'needs the participants'],
  [
    ['submit', 'rapidtide', '--do', 'sing', '--participants', 'x'],
    '"sing" is none of copy-test, script, hcp, bids',
  ],
  [['submit'], 'workload: has to be named\n  there are: rapidtide'],
  [['rehearse', 'rapidtide'], 'rapidtide: needs the participants'],
  [
    ['submit', 'rapidtide', '--participants', '1..5', '--limit', '0'],
    '--limit: "0" is not a whole number of at least 1',
  ],
  // Words of a name are no words of AWS.
  [['submit', 'rapidtide', '--participants', 'sso.txt'], 'error sso.txt: there is no such file'],
  [['ls'], 'did you mean lab runs?'],
  [['list'], 'did you mean lab runs?'],
  [['kill'], 'did you mean lab cancel?'],
  [
    ['submit', 'rapidtide', '--participants', '1..5', '--limit', '-1'],
    '--limit: "-1" is not a whole number of',
  ],
  [['submit', 'rapidtide', '--participants', '1..5', '--memory', '60TB'], '62914560 MiB fit no host'],
  [['submit', 'rapidtide', '--participants', ''], '--participants: is empty'],
  [
    ['submit', 'rapidtide', '--participants', '1..5', '--name', 'a\u001b[31mb'],
    '--name: "a\\u001b[31mb" holds',
  ],
  [['submit', 'rapidtide', '--participants', '1..5', '--name', ' '], '--name: is empty'],
  // A variable of a shell that is not set: all of a plate, into the folder that one is in.
  [['archive', 'restore', '--plate', 'X', '--to', ''], '--to: is empty\n  --to FOLDER'],
  [['archive', 'ls', 'X', '--include='], '--include: is empty'],
  [['deploy', '--local'], 'needs none: lab deploy is for AWS'],
  [['twin', 'fly'], '"fly"'],
  [['secret', 'set', 'hcp', 'KEY:SECRET'], 'is no dataset with a secret'],
])('lab %j is refused with exit code 2 and a way out', async (argv, words) => {
  const { code, err, out } = await me.lab(argv as string[]);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain((words as string).replace(/^"fly"$/, 'fly: is none of up'));
});

it('names that stand by themselves are refused with the line that was meant', async () => {
  const fixOf = async (...words: string[]): Promise<string> => {
    const { code, err } = await me.lab(['submit', 'rapidtide', ...words]);
    expect([code, err.match(/^error .* (not understood|there is no such file)/gm)]).toEqual([
      2,
      [expect.stringContaining('not understood')],
    ]);
    return err.split('\n').at(1)!.trim();
  };
  expect(await fixOf('100307', '100408')).toBe('--participants 100307,100408');
  expect(await fixOf('--participants', '100307', '100408', 'p 3')).toBe("--participants '100307,100408,p 3'");
  expect(await fixOf('100307')).toBe('--participants 100307,');
  expect(await fixOf('a.txt')).toBe('--participants a.txt');
  expect(await fixOf('--participants', 'a.txt', 'b.txt')).toBe(
    'cat a.txt b.txt > participants.txt, then --participants participants.txt',
  );
});

it('tells several problems of one call together', async () => {
  const { err } = await me.lab(['submit', 'rapidtide', '--nope', '--wait=yes']);
  expect(err).toMatch(/--nope[\s\S]*--wait: takes no value/);
});

it('a memory without a unit that can only be meant otherwise is asked about', async () => {
  const { code, err } = await me.lab(['submit', 'rapidtide', '--participants', 'a,', '--memory', '60']);
  expect([code, err]).toEqual([
    2,
    expect.stringContaining('--memory: "60" is in MiB, and too little for any job\n  write 60GiB'),
  ]);
});

type Wrong = readonly [readonly string[], string];
// Each by itself, whatever else is wrong: an option, the list, a file, what the workload alone knows of its parameters.
const wrongs: readonly Wrong[] = [
  [['--vcpus', 'x'], '--vcpus: "x"'],
  [['--memory', 'lots'], '--memory: "lots"'],
  [['--shards', '-1'], '--shards: "-1"'],
  [['--limit', '0'], '--limit: '],
  [['--max-fails', 'some'], '--max-fails: "some"'],
  [['--max-usd', 'none'], '--max-usd: "none"'],
];
const wrongsOf: Readonly<Record<string, readonly Wrong[]>> = {
  rapidtide: [
    [['--do', 'sing'], '--do: "sing"'],
    [['--script', './nosuch.sh'], '--script: there is no file ./nosuch.sh'],
    [['--skip-done-if', 'done/all'], '--skip-done-if: done/all names no {item}'],
    [['--data-out-from', '{item}'], '--data-out-from: {item} is a prefix'],
    [['--participants', 'nowhere.txt'], 'nowhere.txt: there is no such file'],
  ],
  'ambient-noise': [
    [['--by', 'week'], '--by: "week"'],
    [['--day-coverage', 'most'], '--day-coverage: most is no share'],
    [['--allow-missing', 'some'], '--allow-missing: some is no share'],
    [['--channels', 'XYZ1'], '--channels: '],
    [['--stations', 'nowhere.csv'], '--stations: nowhere.csv is neither stations nor a file'],
    [['--start', '2019-13'], '--start: '],
  ],
  'vcf-ingest': [
    [[], '--dataset-uri: is needed'],
    [['--index-times', 'never'], '--index-times: "never"'],
    [['--incremental', '0'], '--incremental: "0" is no number of groups'],
    [['--attributes', 'DP'], '--attributes: "DP" is no attribute'],
    [['--tiledb-config', 'vfs.s3.aws_secret_access_key=x'], '--tiledb-config: vfs.s3.aws_secret_access_key'],
    [['--vcf-attributes', './nosuch.vcf'], '--vcf-attributes: there is no file ./nosuch.vcf'],
  ],
  'vcf-export': [
    [['--dataset-uri', 's3://cohorts'], '--dataset-uri: "s3://cohorts" is no folder'],
    [['--dest-s3', 'here'], '--dest-s3: "here" is no folder'],
    [['--format', 'x'], '--format: "x"'],
    [['--samples', "a,b'c/d"], "b'c/d: "],
    [['--tiledb-config', 'fast'], '--tiledb-config: "fast" is no name=value'],
  ],
  'plate-archive': [
    [[], '--batch: is needed'],
    [['--project', 'a/b'], '--project: a/b holds a slash'],
    [['--folders', 'pictures'], '--folders: pictures is none of'],
    [['--storage-class', 'FROZEN'], '--storage-class: "FROZEN"'],
    [['--tar-size', '3KiB'], '--tar-size: 3KiB is not between'],
    [['--proof-days', '0'], '--proof-days: 0 is not'],
    [['--plates', 'P1,a/b'], '"a/b": is the name of a plate and holds a slash'],
  ],
  'plate-verify': [
    [['--proof-days', '400'], '--proof-days: 400 is not'],
    [['--days', '0'], '--days: 0 is not'],
    [['--tier', 'Fast'], '--tier: "Fast"'],
  ],
  'plate-restore': [
    [[], '--project: is needed'],
    [['--archive', 'last'], '--archive: last is no number of an archive'],
    [['--days', '0'], '--days: 0 is not'],
    [['--tier', 'Fast'], '--tier: "Fast"'],
  ],
  pypeliner: [[[], 'pypeliner: a workflow sends these jobs by itself']],
};

it('every workload that knows something of its own is among them', () => {
  const checking = workloads.filter(({ check }) => check).map(({ name }) => name);
  expect(Object.keys(wrongsOf).toSorted()).toEqual(checking.toSorted());
});

it.each(Object.entries(wrongsOf))('tells any problems of a submission of %s together', async (name, own) => {
  await fc.assert(
    fc.asyncProperty(fc.subarray([...wrongs, ...own], { minLength: 2 }), async some => {
      const { code, out, err } = await me.lab(['submit', name, ...some.flatMap(([words]) => words)]);
      expect([code, out]).toEqual([2, '']);
      for (const [, told] of some) expect(err).toContain(`error ${told}`);
      // A value that is none of its option's is not judged again beside the others.
      for (const [[option], told] of some)
        if (told.startsWith(`${option}: "`)) expect(err.split(`error ${option}:`).length).toBe(2);
    }),
    { numRuns: runs(30) },
  );
});

it.each([
  [
    ['audit', '--share', 'most', '--days', '0', '--report', 'none.csv'],
    ['--share', '--days', '--report'],
  ],
  [
    ['restore', '--to', 'here', '--archive', 'last', '--index', 'none'],
    ['--archive', '--index'],
  ],
  [
    ['rebuild', '--plate', 'P', '--tier', 'Fast', '--days', '0'],
    ['--tier', '--days', '--to'],
  ],
] as const)('lab archive %j tells all that is wrong together', async (words, options) => {
  const { code, err } = await me.lab(['archive', ...words]);
  expect(code).toBe(2);
  for (const option of options) expect(err).toContain(`error ${option}: `);
});

it('what a workload alone knows is wrong is told though no lab is there to be looked at', async () => {
  const wrong = ['--skip-done-if', 'done/all', '--data-out-from', '{item}', '--profile', 'nobody'];
  const { code, err } = await me.lab(['submit', 'rapidtide', '--participants', '1..5', ...wrong]);
  expect(code).toBe(2);
  expect(err).toMatch(/--skip-done-if: done\/all[\s\S]*--data-out-from: \{item\}/);
});

it('tells what no pool and no job can be together with the list', async () => {
  const wrong = ['--timeout', '5', '--attempts', '99', '--pool', 'moon', '--participants', 'nowhere.txt'];
  const { code, err } = await me.lab(['submit', 'rapidtide', ...wrong]);
  expect(code).toBe(2);
  for (const told of ['nowhere.txt: there is no', 'no pool "moon"', '--timeout: 5 is', '--attempts: 99 is'])
    expect(err).toContain(told);
});

it('says whose credentials are missing', async () => {
  const { code, err } = await me.lab(['runs', '--profile', 'nobody']);
  expect(code).toBe(3);
  expect(err).toContain('profile "nobody"');
});

it('lab --version, and lab help <verb> as lab <verb> --help', async () => {
  expect((await me.lab(['--version'])).out).toMatch(/^arraylab \d+\.\d+\.\d+\n$/);
  expect((await me.lab(['help', 'retry'])).out).toBe((await me.lab(['retry', '--help'])).out);
  expect((await me.lab(['submit', '--help'])).out).toContain(
    'Options of rapidtide itself: lab submit rapidtide --help',
  );
});

it('help has no line of more than 100 columns', async () => {
  const calls = [
    ...verbNames(workloads).map(name => [name]),
    ['submit', 'rapidtide'],
    ['rehearse', 'rapidtide'],
  ];
  for (const call of calls) {
    const { out } = await me.lab([...call, '--help']);
    expect(out.split('\n').filter(line => line.length > 100)).toEqual([]);
  }
});

it('help of a word of a verb, and of a workload, is about that alone: its usage, what it does, its examples', async () => {
  const commands = await allCommands(workloads);
  const words = commands.flatMap(({ name, verbs = {} }) =>
    Object.entries(verbs).map(([word, first]) => ({ call: [name, word], ...first })),
  );
  expect(words.map(({ call }) => call.join(' '))).toEqual(
    expect.arrayContaining(['archive thaw', 'archive ls', 'archive restore', 'twin up']),
  );
  for (const { call } of words) {
    const { out, code } = await me.lab([...call, '--help']);
    expect([code, out.split('\n')[0]]).toEqual([0, expect.stringMatching(`^lab ${call.join(' ')}\\b`)]);
    const examples = out
      .slice(out.indexOf('Examples:\n') + 10)
      .trimEnd()
      .split('\n');
    expect(examples.filter(line => !line.startsWith(`  lab ${call.join(' ')}`))).toEqual([]);
    expect(examples).not.toEqual([]);
  }
  expect((await me.lab(['archive', 'thaw', '--help'])).out).toMatch(
    /^lab archive thaw s3:\/\/bucket\/prefix\//,
  );
  for (const verb of ['submit', 'rehearse'])
    for (const { name, title, item } of workloads)
      expect((await me.lab([verb, name, '--help'])).out).toMatch(
        new RegExp(
          `^lab ${verb} ${name} --${item.many} LIST .*\n  ${title}\n[^]*Examples:\n  lab ${verb} ${name} --`,
        ),
      );
});

it('a family that is called without a verb names those it has, and guesses none', async () => {
  const { code, err } = await me.lab(['archive']);
  expect([code, err]).toEqual([
    2,
    expect.stringMatching(/needs a verb\n {2}one of status, .*destroy: npx lab archive --help$/m),
  ]);
});

it('help fits a screen and every verb has an example', async () => {
  const commands = await allCommands(workloads);
  const lines = overview(commands, []).split('\n');
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(100);
  for (const command of commands) expect(verbHelp(command, command.options)).toMatch(/Examples:\n {2}\S/);
});
