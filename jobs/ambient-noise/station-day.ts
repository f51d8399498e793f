import type { Day } from './calendar.ts';
import type { StationId } from './stations.ts';

/**
 * What became of a station's day. Only `used` counts: everything else is a day that the result lacks, each with its
 * reason. `short` was read and is less of the day than was asked for; `waiting` has not been looked at yet, and of
 * `untold` a script has ended that told nothing.
 */
export const stationDayStates = [
  'used',
  'no-file',
  'unreadable',
  'short',
  'no-metadata',
  'other-rate',
  'incomplete',
  'not-correlated',
  'waiting',
  'untold',
] as const;
export type StationDayState = (typeof stationDayStates)[number];

/** What a script may tell of one: the others say that nothing is told. */
export const toldStates: readonly string[] = stationDayStates.filter(
  state => state !== 'waiting' && state !== 'untold',
);
export const isTold = ({ state }: Pick<StationDay, 'state'>): boolean => toldStates.includes(state);

/** One row of completeness. */
export interface StationDay {
  readonly station: StationId;
  readonly day: Day;
  readonly state: StationDayState;
  /** Channels expected, with a file of more than 0 bytes, and whose data could be read. */
  readonly expected: number;
  readonly found: number;
  readonly readable: number;
  /** Share of the day that has samples, 0 to 1, of the channel that has fewest; of what was read. */
  readonly coverage?: number;
  /** Correlation windows that NoisePy kept, of those that a whole day has. */
  readonly windows?: number;
  readonly windowsOfDay?: number;
  /** Why it is not used, by the names of what is wrong. */
  readonly reason?: string;
}

export const isMissing = ({ state }: StationDay): boolean => state !== 'used';

/** In a terminal and on a page; told apart by shape, with or without colour. */
export const stateMarks: Readonly<Record<StationDayState, string>> = {
  used: '■',
  'no-file': '·',
  unreadable: 'x',
  short: '▂',
  'no-metadata': '?',
  'other-rate': '~',
  incomplete: '-',
  'not-correlated': '!',
  waiting: ' ',
  untold: '¿',
};

export const stateWords: Readonly<Record<StationDayState, string>> = {
  used: 'used',
  'no-file': 'no file',
  unreadable: 'cannot be read',
  short: 'too little of the day',
  'no-metadata': 'StationXML does not cover it',
  'other-rate': 'another sampling rate',
  incomplete: 'a component is missing',
  'not-correlated': 'NoisePy left it out',
  waiting: 'nothing known yet',
  untold: 'its script left no station-days.csv',
};
