import { labWords, withLab } from '../../lib/cli/output/command-line.ts';

it.each([
  [['status', '--local'], ' --local'],
  [['status', '--lab', 'trial', '--profile=my lab'], " --lab trial --profile 'my lab'"],
  [['submit', 'x', '--', '--local', '--lab', 'tool'], ''],
])('the next command after %j is about the same lab', (argv, words) => {
  expect(labWords(argv as string[])).toBe(words);
});

it('a refusal’s commands about a run can be given as they stand', () => {
  const run = '20190101t000000z-3f9a2c';
  expect(withLab(`lab watch ${run}, or npx lab submit --resume ${run}`, ' --local')).toBe(
    `npx lab watch ${run} --local, or npx lab submit --resume ${run} --local`,
  );
  expect(withLab('hcp: no keys\n  npx lab secret set hcp, then again', ' --local')).toBe(
    'hcp: no keys\n  npx lab secret set hcp --local, then again',
  );
  expect(withLab('npx lab doctor', ' --lab trial')).toBe('npx lab doctor --lab trial');
  // Not in the middle of a sentence, and not where no lab is asked.
  for (const text of [
    'npx lab doctor says why',
    'is it up? npx lab twin up',
    'npx lab submit --help; or not',
  ])
    expect(withLab(text, ' --local')).toBe(text);
  // What has said it already says it once.
  expect(withLab(`npx lab why ${run} --local`, ' --local')).toBe(`npx lab why ${run} --local`);
});
