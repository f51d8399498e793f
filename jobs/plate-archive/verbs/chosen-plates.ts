import type { Args, OptionSpec } from '../../../lib/contract/verb/args.ts';
import type { VerbPorts } from '../../../lib/contract/verb/verb-ports.ts';
import { LabError, refuse } from '../../../lib/contract/workload/errors.ts';
import { suggest } from '../../../lib/contract/workload/suggest.ts';
import { type PlateName, platePrefix } from '../format/archive-keys.ts';
import { archivedPlates } from '../plate/plate-status.ts';
import { restoreProblems } from '../restore/describe-restore.ts';
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

/** Which plates are meant: by name, by a list, by project and batch; all of them without any. */
export interface WantedPlates {
  readonly names: readonly string[];
  /** A file, or names with commas between. */
  readonly list?: string;
  readonly project?: string;
  readonly batch?: string;
}

/** The first positional is the verb. */
export function wantedPlates(args: Args): WantedPlates {
  const [list, project, batch] = ['plates', 'project', 'batch'].map(name => args.text(name));
  return {
    names: [...args.positionals.slice(1), ...args.list('plate')],
    ...(list === undefined ? {} : { list }),
    ...(project === undefined ? {} : { project }),
    ...(batch === undefined ? {} : { batch }),
  };
}

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
  refuse(restoreProblems({ parameters: { archive } }));
  return Number(archive);
}

/** The archived plates that are meant, by name; all of them without one. Throws LabError for one that has no archive. */
export async function chosenPlates(
  ports: VerbPorts,
  { names, list, project, batch }: WantedPlates,
  { archive, records, address }: ArchivePlaces,
): Promise<readonly PlateName[]> {
  const noun = { one: 'plate', many: 'plates' };
  const listed = list === undefined ? [] : await ports.listed(list, noun);
  const wanted = [...names, ...listed.map(({ name }) => name)];
  const prefix = project === undefined ? '' : `${project}/${batch === undefined ? '' : `${batch}/`}`;
  const found: PlateName[] = [];
  for await (const plate of archivedPlates(archive, prefix)) {
    ports.signal.throwIfAborted();
    const isMeant =
      (batch === undefined || plate.batch === batch) && (wanted.length === 0 || wanted.includes(plate.plate));
    if (isMeant) found.push(plate);
  }
  const missing = [...new Set(wanted)].filter(name => !found.some(({ plate }) => plate === name));
  if (missing.length === 0) return found;
  const known: string[] = [];
  for await (const { plate } of archivedPlates(archive, prefix)) known.push(plate);
  const gone = await destroyedPlates(records, project);
  throw new LabError(
    missing.map(name => {
      const near = suggest(name, known);
      const destroyed = gone.findLast(({ plate, left }) => plate === name && left === undefined);
      if (destroyed)
        return { where: name, message: `was destroyed on ${destroyed.at.slice(0, 10)}: ${destroyed.reason}` };
      return {
        where: name,
        message: `has no archive below ${address}${prefix}`,
        fix: near ? `did you mean ${near}?` : 'npx lab archive status, which shows those that have one',
      };
    }),
  );
}

/** The one plate that is meant. Throws LabError where there is none, or several. */
export async function onePlate(
  ports: VerbPorts,
  wanted: WantedPlates,
  places: ArchivePlaces,
  verb: string,
): Promise<PlateName> {
  if (wanted.names.length === 0)
    throw new LabError({
      where: `lab archive ${verb}`,
      message: 'needs a plate',
      fix: '--plate NAME; npx lab archive status, which shows those that have an archive',
    });
  const [first, second] = await chosenPlates(ports, wanted, places);
  if (!second) return first!;
  throw new LabError({
    where: first!.plate,
    message: `is several: ${[first!, second].map(each => platePrefix(each).slice(0, -1)).join(', ')}`,
    fix: 'say --project and --batch',
  });
}
