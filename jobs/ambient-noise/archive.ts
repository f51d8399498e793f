import { type Day, dayOfYear } from './calendar.ts';

/**
 * Where the Southern California Earthquake Data Center keeps a channel's day and a station's metadata, below the place of
 * waveforms. Names are padded with `_`: `CISTAA_BHZ___2024061.ms`. Source: scedc.caltech.edu/data/cloud.html.
 */
export interface ChannelFile {
  readonly network: string;
  readonly station: string;
  readonly channel: string;
  /** Empty where the channel has none: archives write `__`. */
  readonly location: string;
}

export const stationId = ({ network, station }: Pick<ChannelFile, 'network' | 'station'>): string =>
  `${network}.${station}`;

/** Folders of a year's days. */
export const yearPrefix = (year: string): string => `continuous_waveforms/${year}/`;

/** Every channel of a day: `continuous_waveforms/2024/2024_061/`. */
export function dayPrefix(day: Day): string {
  const year = day.slice(0, 4);
  return `${yearPrefix(year)}${year}_${dayOfYear(day)}/`;
}

export function fileName(day: Day, { network, station, channel, location }: ChannelFile): string {
  const [net, sta, loc] = [network.padEnd(2, '_'), station.padEnd(5, '_'), location.padEnd(3, '_')];
  return `${net}${sta}${channel.padEnd(3, '_')}${loc}${day.slice(0, 4)}${dayOfYear(day)}.ms`;
}

/** What a file name of a day's folder says, or undefined where it is none of this day's channels. */
export function parseFileName(day: Day, name: string): ChannelFile | undefined {
  const found = /^([A-Z0-9_]{2})([A-Z0-9_]{5})([A-Z0-9_]{3})([A-Z0-9_-]{3})(\d{7})\.ms$/.exec(name);
  if (found?.[5] !== `${day.slice(0, 4)}${dayOfYear(day)}`) return undefined;
  const [network, station, channel, location] = found.slice(1, 5).map(part => part.replace(/_+$/, ''));
  return network && station && channel ? { network, station, channel, location: location ?? '' } : undefined;
}

export const metadataPrefix = (network: string): string => `FDSNstationXML/${network}/`;

export const metadataName = (network: string, station: string): string => `${network}_${station}.xml`;

export const metadataKey = (network: string, station: string): string =>
  `${metadataPrefix(network)}${metadataName(network, station)}`;
