import type { Problem } from '../workload/errors.ts';
import { counted } from '../workload/number-text.ts';

/** Enough to see what is wrong with a list. */
const most = 20;

/** The first twenty problems, and how many more there are. */
export function someProblems(problems: readonly Problem[], source: string): readonly Problem[] {
  if (problems.length <= most) return problems;
  const rest = problems.length - most;
  return [
    ...problems.slice(0, most),
    { where: source, message: `and ${counted(rest, 'more line')} like these` },
  ];
}
