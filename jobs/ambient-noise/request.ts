import { readFileSync } from 'node:fs';
import { gather, LabError, type Problem, refuse } from '../../lib/contract/workload/errors.ts';
import type { Item, RunRequest } from '../../lib/contract/workload/workload.ts';
import { isMonth } from './calendar.ts';
import { channelsOf, checkChannels } from './channels.ts';
import { parseShare } from './completeness.ts';
import { type NoisePySettings, parseSettings, type Recipe } from './settings.ts';
import { checkStations, type StationId, stationWords } from './stations.ts';
import { type Unit, unitOf, unitsBetween } from './units.ts';

/** What a submission's parameters mean. */
export interface NoiseRequest {
  readonly by: 'month' | 'day';
  /** Stations and patterns of them. */
  readonly words: readonly string[];
  readonly channels: readonly string[];
  /** Shares, 0 to 1. */
  readonly coverage: number;
  readonly allowed: number;
  /** A script runs, and no NoisePy. */
  readonly isScript: boolean;
  readonly settings: NoisePySettings;
}

/** The units that `--start` and `--end` are, where no list of them is given. */
export function unitItems({ parameters }: RunRequest): readonly Item[] {
  const by = parameters.by === 'day' ? 'day' : 'month';
  return unitsBetween(parameters.start, parameters.end, by).map(unitItem);
}

/** First and last day stand with it: the first month of a range may begin in its middle. */
const unitItem = ({ name, first, last }: Unit): Item => ({ name, labels: { first, last } });

/** The unit of an item, as a list names it or as a range made it. */
export function unitOfItem({ name, labels }: Item): Unit | undefined {
  const whole = unitOf(name);
  return whole && labels?.first && labels.last ? { name, first: labels.first, last: labels.last } : whole;
}

/** Every unit of a list. Throws LabError that names each that is none. */
export function unitsOf(items: readonly Item[]): readonly Unit[] {
  const problems: Problem[] = [];
  const units = items.flatMap(item => {
    const unit = unitOfItem(item);
    if (!unit)
      problems.push({
        where: item.name,
        message: 'is no month and no day',
        fix: 'one a line: 2019-01, or 2019-01-31',
      });
    return unit ?? [];
  });
  refuse(problems);
  return units;
}

/** What a list says is not said again: throws LabError where it is. */
export function checkSource(items: readonly Item[], { parameters }: RunRequest): void {
  const isList = items.some(({ labels }) => labels?.first === undefined);
  const month = items.find(({ name }) => isMonth(name))?.name;
  refuse([
    ...(isList
      ? (['start', 'end'] as const)
          .filter(name => parameters[name] !== undefined)
          .map(name => ({
            where: `--${name}`,
            message: 'is given beside a list of units',
            fix: 'give one of the two',
          }))
      : []),
    ...(month !== undefined && parameters.by === 'day'
      ? [
          {
            where: '--by day',
            message: `${month} of the list is a month`,
            fix: 'list days, or --start and --end',
          },
        ]
      : []),
  ]);
}

/** Throws LabError with every problem of a request's parameters. */
export async function noiseRequest(request: RunRequest): Promise<NoiseRequest> {
  const { parameters } = request;
  const told = gather();
  const share = (name: string): Promise<number | undefined> =>
    told.ask(() => {
      const value = parseShare(parameters[name] ?? '');
      if (value !== undefined) return value;
      throw new LabError({
        where: `--${name}`,
        message: `${parameters[name]} is no share`,
        fix: '5%, or 0.05',
      });
    });
  const words = await told.ask(() => stationsSaid(parameters.stations ?? ''));
  const coverage = await share('day-coverage');
  const allowed = await share('allow-missing');
  await told.ask(() => refuse(checkChannels(parameters.channels ?? '')));
  const isScript = Boolean(parameters.script || parameters.command);
  // What comes after -- is the script's own.
  const { settings, problems } = parseSettings(isScript ? [] : (request.arguments ?? []));
  await told.ask(() => refuse(problems));
  told.refuse();
  return {
    by: parameters.by === 'day' ? 'day' : 'month',
    words: words!,
    channels: channelsOf(parameters.channels!),
    coverage: coverage!,
    allowed: allowed!,
    isScript,
    settings,
  };
}

/** Stations between commas, or a file of this machine with one a line. */
function stationsSaid(text: string): readonly string[] {
  const words = stationWords(text);
  const problems = checkStations(words);
  if (problems.length === 0) return words;
  if (words.length === 1 && /[/.]/.test(text) && !/^[A-Z0-9]{1,2}\.[A-Z0-9*?]+$/.test(text)) {
    try {
      const own = stationWords(readFileSync(text, 'utf8'));
      refuse(checkStations(own));
      return own;
    } catch (error) {
      if (error instanceof LabError) throw error;
      throw new LabError({
        where: '--stations',
        message: `${text} is neither stations nor a file that can be read: ${(error as Error).message}`,
        fix: '--stations CI.PASC,CI.RPV or CI.*, or a file with one a line',
      });
    }
  }
  throw new LabError(problems);
}

/** The recipe of a run, as its containers and whoever looks at it find it: the stations stand with each item. */
export const recipeOf = (request: NoiseRequest, stations: readonly StationId[]): Recipe => ({
  settings: request.settings,
  stations,
  channels: request.channels,
  coverage: request.coverage,
});

export const stationsLabel = 'stations';

export const stationsOfItem = ({ labels }: Item): readonly StationId[] =>
  (labels?.[stationsLabel] ?? '').split(',').filter(Boolean);
