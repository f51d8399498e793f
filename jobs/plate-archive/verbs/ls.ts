import { bytesText, counted, numberText } from '../../../lib/contract/verb/texts.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { lookAtRestore, patternsOf } from '../restore/describe-restore.ts';
import { archiveNumber, archiveOption, onePlate, plateOptions, wantedPlates } from './chosen-plates.ts';
import { archivePlaces } from './places.ts';
import { toldPlainly } from './told-plainly.ts';
import type { ArchiveVerb } from './verb.ts';

export const ls: ArchiveVerb = {
  summary: 'the objects in a plate’s archive',
  usage: '<plate> [--include PATTERNS]',
  options: {
    ...plateOptions,
    ...archiveOption,
    include: { type: 'string', value: 'PATTERNS', describe: 'file names or keys, by commas: r01c0*' },
  },
  async run(ports, args) {
    const places = await archivePlaces(ports);
    const plate = await onePlate(ports, wantedPlates(args), places, 'ls');
    const patterns = patternsOf({ include: args.text('include') ?? '' });
    const { entries, seal } = await toldPlainly(plate.plate, () =>
      lookAtRestore(places.archive, plate, patterns, { number: archiveNumber(args) }),
    );
    const tarOf = (tar: number | undefined): string => (tar === undefined ? '-' : seal.tars[tar]!.name);
    const lines = entries.map(entry =>
      ports.json
        ? JSON.stringify({ ...entry, ...(entry.tar === undefined ? {} : { tarName: tarOf(entry.tar) }) })
        : `${String(entry.size).padStart(14)}  ${entry.modified.slice(0, 19)}  ${entry.key}`,
    );
    // Some 100,000 lines at a time would be memory for nothing.
    for (let i = 0; i < lines.length; i += 1000)
      await ports.write(`${lines.slice(i, i + 1000).join('\n')}\n`);
    const bytes = entries.reduce((sum, { size }) => sum + size, 0);
    const tars = new Set(entries.flatMap(({ tar }) => tar ?? [])).size;
    ports.say(
      `${counted(entries.length, 'object')}, ${bytesText(bytes)}, in ${numberText(tars)} of ${counted(seal.tars.length, 'tar')}`,
    );
    return exitCodes.ok;
  },
};
