import type { Day } from './calendar.ts';
import type { StationDay, StationDayState } from './station-day.ts';
import type { StationId } from './stations.ts';

/** What ObsPy found in a channel's file of a day, and in the station's metadata for that channel and day. */
export interface ChannelFacts {
  readonly station: StationId;
  readonly channel: string;
  readonly location: string;
  readonly key: string;
  readonly bytes: number;
  /** Why the data could not be read. */
  readonly error?: string;
  /** Hz. */
  readonly rate?: number;
  /** Traces that the data fall into: gaps, overlaps and changes of rate or type make them. */
  readonly traces?: number;
  /** Share of the day that has samples, 0 to 1. */
  readonly coverage?: number;
  /** What the metadata lack of the channel; undefined where they cover the whole day. */
  readonly metadata?: string;
}

export interface WantedDay {
  readonly day: Day;
  readonly stations: readonly StationId[];
  readonly channels: readonly string[];
  /** Hz, of the correlation: data of a lower rate are of no use. */
  readonly samplingRate: number;
  /** Share of the day below which a station's day is not used. */
  readonly coverage: number;
}

export interface Usable {
  /** Of every station that was expected; those that can be used are `used` so far. */
  readonly rows: readonly StationDay[];
  /** The files to correlate: one band, one location and one rate, all components of each station. */
  readonly files: readonly ChannelFacts[];
}

/**
 * Which stations' days can be correlated. NoisePy takes what is left of a station, and then its stack drops the whole day
 * of the pair: so a station is used with all of its components, or not at all, and says why.
 */
export function usable(facts: readonly ChannelFacts[], wanted: WantedDay): Usable {
  const of = Map.groupBy(facts, fact => fact.station);
  const chosen = wanted.stations.map(station => judgeStation(station, of.get(station) ?? [], wanted));
  const rate = commonRate(
    chosen.flatMap(({ row, files }) => (row.state === 'used' ? [files[0]!.rate!] : [])),
  );
  const rows: StationDay[] = [];
  const files: ChannelFacts[] = [];
  for (const { row, files: own } of chosen) {
    const other = row.state === 'used' && rateOf(own[0]!.rate!) !== rate;
    if (row.state === 'used' && !other) files.push(...own);
    rows.push(
      other
        ? {
            ...row,
            state: 'other-rate',
            reason: `its rate is ${own[0]!.rate} Hz, and that of most stations ${rate} Hz: NoisePy correlates one rate`,
          }
        : row,
    );
  }
  return { rows, files };
}

interface Judged {
  readonly row: StationDay;
  readonly files: readonly ChannelFacts[];
}

function judgeStation(station: StationId, facts: readonly ChannelFacts[], wanted: WantedDay): Judged {
  const locations = [...new Set(facts.map(fact => fact.location))].sort();
  // The first location that can be used whole; else the fault of the one that comes nearest is told.
  const judged = locations.map(location =>
    judge(
      station,
      facts.filter(fact => fact.location === location),
      wanted,
    ),
  );
  return (
    judged.find(({ row }) => row.state === 'used') ??
    judged.sort((a, b) => b.row.readable - a.row.readable || b.row.found - a.row.found)[0] ??
    judge(station, [], wanted)
  );
}

function judge(station: StationId, facts: readonly ChannelFacts[], wanted: WantedDay): Judged {
  const { day, channels, samplingRate } = wanted;
  const byChannel = new Map(facts.filter(fact => fact.bytes > 0).map(fact => [fact.channel, fact]));
  const found = channels.flatMap(channel => byChannel.get(channel) ?? []);
  const readable = found.filter(fact => fact.error === undefined);
  const coverage = readable.length > 0 ? Math.min(...readable.map(fact => fact.coverage ?? 0)) : undefined;
  const row = (state: StationDayState, reason?: string): Judged => ({
    row: {
      station,
      day,
      state,
      expected: channels.length,
      found: found.length,
      readable: readable.length,
      ...(coverage === undefined ? {} : { coverage }),
      ...(reason ? { reason } : {}),
    },
    files: found,
  });
  const names = (list: readonly ChannelFacts[]): string => list.map(({ channel }) => channel).join(', ');

  if (found.length === 0)
    return row('no-file', facts.length > 0 ? 'its files have 0 bytes' : `no file of ${channels.join(', ')}`);
  const broken = found.filter(fact => fact.error !== undefined);
  if (broken.length > 0) return row('unreadable', `${names(broken)} cannot be read: ${broken[0]!.error}`);
  const absent = channels.filter(channel => !byChannel.has(channel));
  if (absent.length > 0) return row('incomplete', `no file of ${absent.join(', ')}`);
  const uncovered = found.filter(fact => fact.metadata !== undefined);
  if (uncovered.length > 0) return row('no-metadata', `${names(uncovered)}: ${uncovered[0]!.metadata}`);
  const short = found.filter(fact => (fact.coverage ?? 0) < wanted.coverage);
  if (short.length > 0)
    return row('short', `${names(short)} has ${percent(short[0]!.coverage ?? 0)} of the day's samples`);
  const rates = [...new Set(found.map(fact => rateOf(fact.rate!)))];
  if (rates.length > 1) return row('other-rate', `its components have ${rates.join(' and ')} Hz`);
  if (rates[0]! < samplingRate)
    return row('other-rate', `its rate is ${rates[0]} Hz, below the ${samplingRate} Hz of the correlation`);
  return row('used');
}

/** Rounds towards what is missing: 99.99 % are not 100 %. */
export const percent = (share: number): string => `${Math.floor(share * 100)} %`;

/** Clocks of old data loggers give 99.99998 Hz. */
const rateOf = (hertz: number): number => Math.round(hertz * 1000) / 1000;

/** The rate that most stations have; of two, the lower one, which is less work. */
function commonRate(rates: readonly number[]): number | undefined {
  const counts = [...Map.groupBy(rates.map(rateOf), rate => rate)].map(([rate, all]) => ({
    rate,
    count: all.length,
  }));
  return counts.sort((a, b) => b.count - a.count || a.rate - b.rate)[0]?.rate;
}
