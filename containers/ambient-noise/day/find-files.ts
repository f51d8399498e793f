import {
  type ChannelFile,
  dayPrefix,
  metadataKey,
  metadataPrefix,
  parseFileName,
  stationId,
} from '../../../jobs/ambient-noise/archive.ts';
import type { Day } from '../../../jobs/ambient-noise/calendar.ts';
import type { DayInput } from '../../../jobs/ambient-noise/marker.ts';
import type { ObjectInfo } from '../../../lib/contract/ports/ports.ts';
import { listed, type WaveformArchive } from '../places.ts';

export interface DayFiles {
  readonly files: readonly (ChannelFile & { readonly input: DayInput })[];
  /** StationXML by `NET.STA`. */
  readonly metadata: ReadonlyMap<string, DayInput>;
  /** All of it: what the day's result stands on. */
  readonly inputs: readonly DayInput[];
}

/** What the archive has of the stations' channels on a day, by one listing of the day and one of each network. */
export async function findFiles(
  archive: WaveformArchive,
  day: Day,
  stations: readonly string[],
  channels: readonly string[],
): Promise<DayFiles> {
  const wanted = new Set(stations);
  const codes = new Set(channels);
  const networks = [...new Set(stations.map(station => station.split('.')[0]!))];
  const [objects, ...metadataOf] = await Promise.all([
    listed(archive.list(`${archive.prefix}${dayPrefix(day)}`)),
    ...networks.map(network => listed(archive.list(`${archive.prefix}${metadataPrefix(network)}`))),
  ]);
  const files = objects.flatMap(object => {
    const file = parseFileName(day, object.key.split('/').at(-1)!);
    const isWanted = file && wanted.has(stationId(file)) && codes.has(file.channel);
    return isWanted ? [{ ...file, input: inputOf(object) }] : [];
  });
  const byKey = new Map(metadataOf.flat().map(object => [object.key, object]));
  const metadata = new Map(
    stations.flatMap(station => {
      const [network, name] = station.split('.');
      const object = byKey.get(`${archive.prefix}${metadataKey(network!, name!)}`);
      return object ? [[station, inputOf(object)] as const] : [];
    }),
  );
  const inputs = [...files.map(({ input }) => input), ...metadata.values()].sort((a, b) =>
    a.key < b.key ? -1 : 1,
  );
  return { files, metadata, inputs };
}

const inputOf = ({ key, size, etag }: ObjectInfo): DayInput => ({ key, bytes: size, etag });
