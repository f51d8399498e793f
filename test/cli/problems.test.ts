import { tellProblems } from '../../lib/cli/output/problems.ts';
import { uriNames } from '../../lib/contract/list/uri-names.ts';
import { gather, LabError, type Problem } from '../../lib/contract/workload/errors.ts';

/** More than a call takes arguments. */
const many = 150_000;
const problems: readonly Problem[] = Array.from({ length: many }, (_, n) => ({
  where: `list line ${n + 1}`,
  message: 'is wrong',
}));
const told = (isTTY: boolean): readonly string[] => {
  const pieces: string[] = [];
  const write = (text: string): boolean => pieces.push(text) > 0;
  tellProblems({ write, isTTY }, problems, ' --local');
  return pieces.join('').trimEnd().split('\n');
};

it('a list that is wrong on every line is told as such, whole in a pipe, and what one can read on a screen', async () => {
  const asked = gather();
  await asked.ask(() => {
    throw new LabError(problems);
  });
  expect(() => asked.refuse()).toThrow(LabError);
  expect(told(false)).toHaveLength(many);
  expect(told(true)).toHaveLength(201);
  expect(told(true).at(-1)).toBe('and 149,800 more: 2> problems.txt keeps them all');
});

it('a population of files of one name has names by their folders', () => {
  const uris = Array.from({ length: many }, (_, n) => `s3://calls/sample-${n}/calls.vcf.gz`);
  expect(uriNames(uris).at(-1)).toBe(`sample-${many - 1}/calls`);
});
