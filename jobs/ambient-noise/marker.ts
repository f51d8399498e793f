import type { Day } from './calendar.ts';
import type { StationDay } from './station-day.ts';

/** A file of the archive that a day was made from. */
export interface DayInput {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
}

/** A pair's file of a day, or of a stack, that was read to its end and has all components. */
export interface ProvedPair {
  /** Below the folder of correlations: `CI.PASC/CI.RPV/2019_01_01_00_00_00T2019_01_02_00_00_00.tar.gz`. */
  readonly file: string;
  readonly bytes: number;
  /** Windows by component, `BHE_BHN`; one number where all have the same. */
  readonly windows: number | Readonly<Record<string, number>>;
}

/**
 * What a day has come to, stored last: what it names is there. A stored format. A day is made anew when the recipe, a file
 * of the archive, or what is expected differs from it.
 */
export interface DayMarker {
  readonly version: 1;
  readonly day: Day;
  /** `recipeHash` of the run. */
  readonly recipe: string;
  readonly noisepy: string;
  readonly inputs: readonly DayInput[];
  readonly stations: readonly StationDay[];
  /** Key prefix of the correlations, `/` at the end; no other result is ever written to it. */
  readonly folder: string;
  /** How many are proved; which ones is in `pairs.json` of the folder. */
  readonly pairs: number;
  /** What NoisePy did not make, pair by pair. */
  readonly faults: readonly string[];
  readonly windowsOfDay: number;
}

/** What of a unit was stacked, or why nothing was. A stored format. */
export interface UnitReport {
  readonly version: 1;
  readonly unit: string;
  readonly first: Day;
  readonly last: Day;
  readonly recipe: string;
  readonly rows: readonly StationDay[];
  readonly stack?: {
    readonly folder: string;
    readonly pairs: readonly ProvedPair[];
    readonly days: number;
    /** Pairs that have fewer than two days, which NoisePy cannot stack. */
    readonly left: readonly string[];
  };
  readonly faults: readonly string[];
}

/** Why a day that has a marker has to be made anew, by the names of what differs; undefined when it stands. */
export function whyAnew(
  marker: Pick<DayMarker, 'recipe' | 'inputs'>,
  now: { readonly recipe: string; readonly inputs: readonly DayInput[] },
): string | undefined {
  if (marker.recipe !== now.recipe)
    return `it was made with other settings (${marker.recipe.slice(0, 8)}, now ${now.recipe.slice(0, 8)})`;
  const before = new Map(marker.inputs.map(input => [input.key, input]));
  const after = new Map(now.inputs.map(input => [input.key, input]));
  const changed = now.inputs.filter(({ key, etag, bytes }) => {
    const old = before.get(key);
    return old && (old.etag !== etag || old.bytes !== bytes);
  });
  const fresh = now.inputs.filter(({ key }) => !before.has(key));
  const gone = marker.inputs.filter(({ key }) => !after.has(key));
  const say = (list: readonly DayInput[], word: string): readonly string[] =>
    list.length === 0
      ? []
      : [`${nameOf(list[0]!.key)}${list.length > 1 ? ` and ${list.length - 1} more` : ''} ${word}`];
  const words = [...say(changed, 'changed'), ...say(fresh, 'came'), ...say(gone, 'went')];
  return words.length > 0 ? `in the archive ${words.join(', ')}` : undefined;
}

const nameOf = (key: string): string => key.split('/').at(-1)!;
