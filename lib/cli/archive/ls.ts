import { lookAtRestore, patternsOf } from '../../../jobs/plate-archive/restore/describe-restore.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { bytesText, counted, numberText, writeAll } from '../output/output.ts';
import { archiveNumber, archiveOption, onePlate, plateOptions } from './chosen-plates.ts';
import { archivePlaces } from './places.ts';
import { toldPlainly } from './told-plainly.ts';
import type { ArchiveVerb } from './verb.ts';

export const ls: ArchiveVerb = {
  summary: 'the objects in a plate’s archive',
  usage: '<plate>',
  options: {
    ...plateOptions,
    ...archiveOption,
    include: { type: 'string', value: 'PATTERNS', describe: 'file names or keys, by commas: r01c0*' },
  },
  async run(context, args) {
    const places = await archivePlaces(context);
    const plate = await onePlate(context, args, places);
    const patterns = patternsOf({ include: args.text('include') ?? '' });
    const { entries, seal } = await toldPlainly(plate.plate, () =>
      lookAtRestore(places.archive, plate, patterns, { number: archiveNumber(args) }),
    );
    const tarOf = (tar: number | undefined): string => (tar === undefined ? '-' : seal.tars[tar]!.name);
    const lines = entries.map(entry =>
      context.json
        ? JSON.stringify({ ...entry, ...(entry.tar === undefined ? {} : { tarName: tarOf(entry.tar) }) })
        : `${String(entry.size).padStart(14)}  ${entry.modified.slice(0, 19)}  ${entry.key}`,
    );
    // Some 100,000 lines at a time would be memory for nothing.
    for (let i = 0; i < lines.length; i += 1000)
      await writeAll(context.io.out, `${lines.slice(i, i + 1000).join('\n')}\n`);
    const bytes = entries.reduce((sum, { size }) => sum + size, 0);
    const tars = new Set(entries.flatMap(({ tar }) => tar ?? [])).size;
    context.say(
      `${counted(entries.length, { one: 'object', many: 'objects' })}, ${bytesText(bytes)}, in ${numberText(tars)} of ${counted(seal.tars.length, { one: 'tar', many: 'tars' })}`,
    );
    return exitCodes.ok;
  },
};
