/**
 * Whether nothing is left out: `LAB_TEST_RUNS=all npm test`, as .ci/run has it. Without it the tests try a part of what they could
 * try, so that they are run often.
 */
export const isWhole = process.env.LAB_TEST_RUNS === 'all';

/** `numRuns` of a property that has `whole` of them where nothing is left out. */
export const runs = (whole: number, part = Math.ceil(whole / 4)): number => (isWhole ? whole : part);

/** All of a long list of cases where nothing is left out, else each nth. */
export const some = <T>(cases: readonly T[], nth = 4): readonly T[] =>
  isWhole ? cases : cases.filter((_, at) => at % nth === 0);
