import { describeProblem, type Problem } from '../../contract/workload/errors.ts';
import { withLab } from './command-line.ts';
import { numberText, type Stream, tint } from './output.ts';

/** What a person can still read: a list may have a problem on each of a million lines. A file or another program gets all. */
const mostOnScreen = 200;

/** Everything that is wrong, a line and its fix each. `words`: which lab the call was about, for the commands in it. */
export function tellProblems(err: Stream, problems: readonly Problem[], words: string): void {
  const told = err.isTTY ? problems.slice(0, mostOnScreen) : problems;
  for (let from = 0; from < told.length; from += 1000)
    err.write(
      told
        .slice(from, from + 1000)
        .map(problem => `${tint(err, 'bad', 'error')} ${withLab(describeProblem(problem), words)}\n`)
        .join(''),
    );
  if (told.length < problems.length)
    err.write(`and ${numberText(problems.length - told.length)} more: 2> problems.txt keeps them all\n`);
}
