/** What stops one plate, in words for its row: nothing is wrong with the program. */
export class PlateError extends Error {
  readonly problems: readonly string[];
  /** Whether the next attempt may go well: the source did not change, something broke on the way. */
  readonly isPassing: boolean;

  constructor(problems: readonly string[], { isPassing = false }: { readonly isPassing?: boolean } = {}) {
    super(problems.join('; '));
    this.name = 'PlateError';
    this.problems = problems;
    this.isPassing = isPassing;
  }
}

/** The archive is there, and holds nothing of what was asked for: it is the request that is to be mended. */
export class NothingFits extends PlateError {
  constructor(plate: string, patterns: readonly string[]) {
    super([`nothing in the archive of ${plate} fits ${patterns.join(', ')}`]);
  }
}
