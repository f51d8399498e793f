import { usdPerGbBetweenRegions } from '../../lib/contract/hosts/transfer.ts';
import type { InputPlace } from '../../lib/contract/workload/workload.ts';
import { dayPrefix, parseFileName, stationId } from './archive.ts';
import type { Day } from './calendar.ts';

/**
 * What it costs that an archive is not where the jobs run: undefined where it is. By the bytes of the days' middle one, which is
 * listed, over all days.
 */
export async function farAway(
  archive: InputPlace,
  region: string,
  days: readonly Day[],
  stations: readonly string[],
  channels: readonly string[],
): Promise<string | undefined> {
  if (archive.region === region) return undefined;
  const where = `${archive.address} is in ${archive.region} and jobs run in ${region}`;
  const price = `${usdPerGbBetweenRegions} USD a GB`;
  const day = days[days.length >> 1]!;
  const wanted = new Set(stations);
  const codes = new Set(channels);
  let bytes = 0;
  for await (const file of archive.files(dayPrefix(day))) {
    const found = parseFileName(day, file.path.split('/').at(-1)!);
    if (found && wanted.has(stationId(found)) && codes.has(found.channel)) bytes += file.bytes;
  }
  const gigabytes = (bytes * days.length) / 1e9;
  const sum = `as ${day} has it, ${gigabytes.toFixed(1)} GB for about ${(gigabytes * usdPerGbBetweenRegions).toFixed(2)} USD`;
  return `${where}: they fetch it at ${price}${bytes === 0 ? '' : `, ${sum}`}; a lab in ${archive.region} fetches it for nothing`;
}
