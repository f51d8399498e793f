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
  // What has said it already says it once.
  expect(withLab(`npx lab why ${run} --local`, ' --local')).toBe(`npx lab why ${run} --local`);
});
