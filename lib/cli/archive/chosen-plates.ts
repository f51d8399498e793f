import { type PlateName, platePrefix } from '../../../jobs/plate-archive/format/archive-keys.ts';
import { archivedPlates } from '../../../jobs/plate-archive/plate/plate-status.ts';
import { restoreProblems } from '../../../jobs/plate-archive/restore/describe-restore.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { suggest } from '../../contract/workload/suggest.ts';
import type { Args, OptionSpec } from '../command.ts';
import type { Context } from '../context.ts';
import { readAll } from '../input/read-all.ts';
import { readItems } from '../input/read-items.ts';
import { destroyedPlates } from './destroyed.ts';
import type { ArchivePlaces } from './places.ts';

export const plateOptions: Readonly<Record<string, OptionSpec>> = {
  project: { type: 'string', value: 'NAME', describe: 'only plates of this project' },
  batch: { type: 'string', value: 'NAME', describe: 'only plates of this batch' },
  plates: { type: 'string', value: 'LIST', describe: 'only these: a file, or names with commas between' },
  plate: {
    type: 'string',
    value: 'NAME',
    multiple: true,
    describe: 'only this one; the same as its name alone',
  },
};

export const archiveOption: Readonly<Record<string, OptionSpec>> = {
  archive: {
    type: 'string',
    value: 'N',
    describe: 'which archive of the plate, where it has several (default: the newest)',
  },
};

/** Its value; undefined is the newest. Throws LabError. */
export function archiveNumber(args: Args): number | undefined {
  const archive = args.text('archive');
  if (archive === undefined) return undefined;
  const [problem] = restoreProblems({ parameters: { archive } });
  if (problem) throw new LabError({ where: '--archive', message: problem });
  return Number(archive);
}

/** The archived plates that are meant, by name; all of them without one. Throws LabError for one that has no archive. */
export async function chosenPlates(
  context: Context,
  args: Args,
  { archive, records, connection, address }: ArchivePlaces,
): Promise<readonly PlateName[]> {
  const list = args.text('plates');
  const sources = { cwd: context.cwd, store: connection.storeOf, readStdin: () => readAll(context.stdin) };
  const noun = { one: 'plate', many: 'plates' };
  const listed = list === undefined ? [] : (await readItems(list, noun, sources)).items;
  const wanted = [...args.positionals.slice(1), ...args.list('plate'), ...listed.map(({ name }) => name)];
  const [project, batch] = [args.text('project'), args.text('batch')];
  const prefix = project === undefined ? '' : `${project}/${batch === undefined ? '' : `${batch}/`}`;
  const found: PlateName[] = [];
  for await (const plate of archivedPlates(archive, prefix)) {
    context.signal.throwIfAborted();
    const isMeant =
      (batch === undefined || plate.batch === batch) && (wanted.length === 0 || wanted.includes(plate.plate));
    if (isMeant) found.push(plate);
  }
  const missing = [...new Set(wanted)].filter(name => !found.some(({ plate }) => plate === name));
  if (missing.length === 0) return found;
  const names: string[] = [];
  for await (const { plate } of archivedPlates(archive, prefix)) names.push(plate);
  const gone = await destroyedPlates(records, project);
  throw new LabError(
    missing.map(name => {
      const near = suggest(name, names);
      const destroyed = gone.findLast(({ plate, left }) => plate === name && left === undefined);
      if (destroyed)
        return { where: name, message: `was destroyed on ${destroyed.at.slice(0, 10)}: ${destroyed.reason}` };
      return {
        where: name,
        message: `has no archive below ${address}${prefix}`,
        fix: near ? `did you mean ${near}?` : 'lab archive status shows those that have one',
      };
    }),
  );
}

/** The one plate that is meant. Throws LabError where there is none, or several. */
export async function onePlate(context: Context, args: Args, places: ArchivePlaces): Promise<PlateName> {
  const named = args.positionals.length > 1 || args.list('plate').length > 0;
  if (!named)
    throw new LabError({
      where: `lab archive ${args.positionals[0] ?? ''}`,
      message: 'needs a plate',
      fix: '--plate NAME; lab archive status shows those that have an archive',
    });
  const [first, second] = await chosenPlates(context, args, places);
  if (!second) return first!;
  throw new LabError({
    where: first!.plate,
    message: `is several: ${[first!, second].map(each => platePrefix(each).slice(0, -1)).join(', ')}`,
    fix: 'say --project and --batch',
  });
}
