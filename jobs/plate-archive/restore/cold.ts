import type { StoredObject } from '../../../lib/contract/ports/object-store.ts';
import { LabError, type Problem } from '../../../lib/contract/workload/errors.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import {
  aboutDollars,
  type ColdPlace,
  coldPlaces,
  dollars,
  hoursText,
  type RestoreTier,
  restoreCost,
} from '../prices.ts';

/** How a restore out of a cold class is asked for. */
export interface ThawRequest {
  readonly tier: RestoreTier;
  readonly days: number;
}

type Cold = Pick<StoredObject, 'size' | 'storageClass' | 'archiveStatus'>;

/** The class that an object has to come out of, or the archive tier of Intelligent-Tiering. */
export const coldPlaceOf = ({ storageClass, archiveStatus }: Cold): ColdPlace =>
  [archiveStatus, storageClass].find(
    (each): each is ColdPlace => coldPlaces[each as ColdPlace] !== undefined,
  ) ?? 'DEEP_ARCHIVE';

/** Of archived objects, by where they are: how many, what asking for them costs, and how long it takes. */
export function coldGroups(objects: readonly Cold[], { tier, days }: ThawRequest) {
  return [...Map.groupBy(objects, coldPlaceOf)].map(([place, those]) => {
    const size = { count: those.length, bytes: those.reduce((sum, { size }) => sum + size, 0) };
    return { place, ...size, cost: restoreCost(size, place, tier, days) };
  });
}

/** The same for people; `noun` counts them. */
export const coldTexts = (
  objects: readonly Cold[],
  how: ThawRequest,
  noun: (count: number) => string,
): readonly string[] =>
  coldGroups(objects, how).map(({ place, count, cost }) => {
    if (!cost)
      return `${noun(count)} in ${placeText(place)}, which has no tier ${how.tier}: ${tiersOf(place)}`;
    const { stays } = coldPlaces[place];
    const copies = stays
      ? '; what comes stays'
      : `, and ${dollars(cost.copies)} for copies of ${counted(how.days, 'day')}`;
    return `${noun(count)} in ${placeText(place)}: ${how.tier} takes up to ${hoursText(cost.hours)} and ${aboutDollars(cost.retrieval)}${copies}`;
  });

const placeText = (place: ColdPlace): string =>
  coldPlaces[place].stays ? `${place} of INTELLIGENT_TIERING` : place;

const tiersOf = (place: ColdPlace): string => Object.keys(coldPlaces[place].retrieval).join(', ');

/** Where some are in a class that has not the tier that is asked for. */
export function tierProblem(objects: readonly Cold[], tier: RestoreTier): Problem | undefined {
  const places = new Set(objects.map(coldPlaceOf));
  const without = [...places].find(place => !coldPlaces[place].retrieval[tier]);
  return (
    without && {
      where: '--tier',
      message: `${placeText(without)} has no tier ${tier}`,
      fix: `one of ${tiersOf(without)}`,
    }
  );
}

/** Throws LabError before anything is asked for that S3 refuses. */
export function checkTier(objects: readonly Cold[], tier: RestoreTier): void {
  const problem = tierProblem(objects, tier);
  if (problem) throw new LabError(problem);
}
