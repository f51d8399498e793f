import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { LabError, type Problem } from '../../../lib/contract/workload/errors.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import type { Item, RunRequest, SpecPorts } from '../../../lib/contract/workload/workload.ts';
import type { IndexEntry } from '../format/archive-index.ts';
import type { PlateName } from '../format/archive-keys.ts';
import type { Seal } from '../format/seal.ts';
import { nameOfArchive } from '../generations.ts';
import { NothingFits, PlateError } from '../plate/plate-error.ts';
import { plateOf } from '../plate/plate-request.ts';
import { prefixed } from '../prefixed.ts';
import { gigabytes, type RestoreTier } from '../prices.ts';
import { coldTexts, type ThawRequest } from './cold.ts';
import { findEntries, readSeal } from './find-entries.ts';
import { askForOld, lookAtOldPlate, oldLines } from './old-plate.ts';
import { type NeededTar, neededTars, request } from './thaw.ts';

/** What a restore of a plate is about to read. */
export interface WantedRestore {
  readonly plate: PlateName;
  /** Which of the plate's archives, and how many it has. */
  readonly number: number;
  readonly seal: Seal;
  readonly entries: readonly IndexEntry[];
  readonly tars: readonly NeededTar[];
}

export type Parameters = Readonly<Record<string, string>>;

export const patternsOf = ({ include = '' }: Parameters): readonly string[] =>
  include
    .split(',')
    .map(pattern => pattern.trim())
    .filter(Boolean);

/** Which of a plate's archives, where it has several, and the index where the archive's own is lost. */
export interface ArchiveChoice {
  readonly number?: number | undefined;
  readonly index?: Buffer | undefined;
}

/** Finds the wanted objects and the tars that hold them. Throws PlateError where there are none. */
export async function lookAtRestore(
  archive: ObjectStore,
  plate: PlateName,
  patterns: readonly string[],
  { number, index }: ArchiveChoice = {},
): Promise<WantedRestore> {
  const name = await nameOfArchive(archive, plate, number);
  if (!name) throw new PlateError([`there is no archive of ${plate.plate}`]);
  const seal = await readSeal(archive, plate, name.digest);
  const entries = await findEntries(archive, plate, seal, patterns, index);
  if (entries.length === 0) throw new NothingFits(plate.plate, patterns, name.number);
  return {
    ...{ plate, number: name.number, seal, entries },
    tars: await neededTars(archive, plate, seal, entries),
  };
}

/** What is wrong with how a restore was asked for. */
export function restoreProblems({ parameters }: Pick<RunRequest, 'parameters'>): readonly Problem[] {
  const { days = '7', archive } = parameters;
  const isWhole = (text: string, most: number): boolean => /^\d+$/.test(text) && +text >= 1 && +text <= most;
  return [
    ...(isWhole(days, 365)
      ? []
      : [{ where: '--days', message: `${days} is not a whole number from 1 to 365` }]),
    ...(archive === undefined || isWhole(archive, 999_999)
      ? []
      : [
          {
            where: '--archive',
            message: `${archive} is no number of an archive`,
            fix: 'npx lab archive status, and the plate’s name, which lists them',
          },
        ]),
  ];
}

/** The number that `--archive` gives; undefined is the newest. */
export const numberOf = ({ archive }: Parameters): number | undefined =>
  archive === undefined ? undefined : Number(archive);

/** What is to be read, what has to thaw first, what that costs and how long it takes; a line or two a plate. */
export function restoreLines(
  plate: string,
  { seal, entries, tars }: WantedRestore,
  how: ThawRequest,
): readonly string[] {
  const bytes = entries.reduce((sum, { size }) => sum + size, 0);
  const lines = [
    `${plate}: ${counted(entries.length, 'object')}, ${gigabytes(bytes)}, in ${counted(tars.length, 'tar')} of ${seal.tars.length}`,
  ];
  return [...lines, ...coldLines(tars, how)];
}

/** What has to thaw, what that costs and how long it takes; none where all can be read. */
export function coldLines(tars: readonly NeededTar[], how: ThawRequest): readonly string[] {
  const cold = tars.filter(({ state }) => state === 'archived').map(({ object }) => object);
  const coming = tars.filter(({ state }) => state === 'on-its-way').length;
  return [
    ...(coming > 0 ? [`  ${counted(coming, 'tar')} on the way already`] : []),
    ...coldTexts(cold, how, tars => counted(tars, 'tar')).map(text => `  ${text}`),
  ];
}

/** Asks for the tars that are cold; a line where some are not there yet. */
export async function askForTars(
  archive: ObjectStore,
  plate: string,
  { tars }: Pick<WantedRestore, 'tars'>,
  how: ThawRequest,
): Promise<readonly string[]> {
  await request(archive, tars, how);
  const waiting = tars.filter(({ state }) => state !== 'readable').length;
  return waiting === 0
    ? []
    : [`${plate}: ${waiting} of ${counted(tars.length, { one: 'tar is', many: 'tars are' })} on the way`];
}

export const howOf = ({ tier = 'Bulk', days = '7' }: Parameters): ThawRequest => ({
  tier: tier as RestoreTier,
  days: Number(days),
});

/**
 * The same for all plates of a submission. A plate that cannot be restored is its row's to tell; where none can, nothing is to be
 * submitted: throws LabError.
 */
export async function describeRestore(
  items: readonly Item[],
  request: RunRequest,
  ports: SpecPorts,
): Promise<readonly string[]> {
  const found = await eachPlate(items, request, ports, lookAtPlate, async ({ lines }) => lines);
  if (found.every(({ problem }) => problem))
    throw new LabError(
      found.map(({ plate, problem }) => ({
        where: plate,
        message: problem!.message,
        ...(problem instanceof NothingFits ? { fix: problem.fix(plate) } : {}),
      })),
    );
  return found.flatMap(({ plate, lines, problem }) => (problem ? [`${plate}: ${problem.message}`] : lines));
}

/** Asks for all that the jobs will read, and says what is not there yet. A plate that cannot be restored is waited for by nobody. */
export const readyToRestore = (
  items: readonly Item[],
  request: RunRequest,
  ports: SpecPorts,
): Promise<readonly string[]> =>
  eachPlate(items, request, ports, lookAtPlate, ({ ask }) => ask()).then(found =>
    found.flatMap(({ lines }) => lines),
  );

/** A plate as it was found: what a person is told of it, and how what is cold of it is asked for. */
export interface PlateLook {
  readonly lines: readonly string[];
  ask(): Promise<readonly string[]>;
}

async function lookAtPlate(item: Item, parameters: Parameters, ports: SpecPorts): Promise<PlateLook> {
  const { project = '', batch = '' } = parameters;
  const plate = plateOf(item, { project, batch });
  const how = howOf(parameters);
  if (parameters.old !== undefined) {
    const { store, prefix } = ports.place('old');
    const old = await lookAtOldPlate(store, prefix, plate);
    return { lines: oldLines(item.name, old, how), ask: () => askForOld(store, item.name, old, how) };
  }
  const { store, prefix } = ports.place('archive');
  const archive = prefixed(store, prefix);
  const wanted = await lookAtRestore(archive, plate, patternsOf(parameters), {
    number: numberOf(parameters),
  });
  return {
    lines: restoreLines(item.name, wanted, how),
    ask: () => askForTars(archive, item.name, wanted, how),
  };
}

interface OfPlate {
  readonly plate: string;
  readonly lines: readonly string[];
  readonly problem?: PlateError;
}

/** One after the other, for a look reads an index; what stops a plate stops none of the others. */
export async function eachPlate(
  items: readonly Item[],
  { parameters }: RunRequest,
  ports: SpecPorts,
  look: (item: Item, parameters: Parameters, ports: SpecPorts) => Promise<PlateLook>,
  tell: (looked: PlateLook) => Promise<readonly string[]>,
): Promise<readonly OfPlate[]> {
  const found: OfPlate[] = [];
  for (const [i, item] of items.entries()) {
    ports.signal.throwIfAborted();
    ports.progress(`looking at ${item.name}, ${i + 1} of ${items.length}`);
    try {
      found.push({ plate: item.name, lines: await tell(await look(item, parameters, ports)) });
    } catch (error) {
      if (!(error instanceof PlateError)) throw error;
      found.push({ plate: item.name, lines: [], problem: error });
    }
  }
  return found;
}
