import { shellWord } from '../../../lib/contract/verb/texts.ts';
import type { PlateName } from '../format/archive-keys.ts';

/** A call about one plate, as it can be given: `npx lab archive restore --plate BR1 --project P --batch B --to restored`. */
export const plateCommand = (verb: string, plate: PlateName, ...more: readonly string[]): string =>
  commandOf(verb, plate, ['--plate', plate.plate], more);

/** Archives it anew. Its line in the list has the plate's full name, too. */
export const createCommand = (plate: PlateName): string =>
  commandOf('create', plate, ['--plates', 'plates.csv', '--only', plate.plate], []);

const commandOf = (
  verb: string,
  { project, batch }: PlateName,
  which: readonly string[],
  more: readonly string[],
): string =>
  ['npx lab archive', verb]
    .concat([...which, '--project', project, '--batch', batch, ...more].map(shellWord))
    .join(' ');
