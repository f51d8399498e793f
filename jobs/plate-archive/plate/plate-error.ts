import { isStoreError } from '../../../lib/contract/ports/object-store.ts';

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

/** What of all errors stops one plate; undefined for any other. */
export function asPlateError(error: unknown): PlateError | undefined {
  if (error instanceof PlateError) return error;
  if (!isStoreError(error, 'InvalidObjectState')) return undefined;
  return new PlateError([
    'something that is to be read is in a cold class: of an archive, the same lab archive verb asks for it again; of a source in Intelligent-Tiering, lab archive thaw does',
  ]);
}

/** The archive is there, and holds nothing of what was asked for: it is the request that is to be mended. */
export class NothingFits extends PlateError {
  readonly #number: number;

  constructor(plate: string, patterns: readonly string[], number: number) {
    super([
      patterns.length === 0
        ? `the archive of ${plate} is empty`
        : `nothing in the archive of ${plate} fits ${patterns.join(', ')}`,
    ]);
    this.#number = number;
  }

  /** `plate`: as a shell takes it. An older archive may hold what the newest has not. */
  fix(plate: string): string {
    const older = this.#number > 1 ? `; of its older archives: --archive ${this.#number - 1}` : '';
    return `npx lab archive ls ${plate}, which lists what it holds${older}`;
  }
}
