import { LabError, type Problem } from '../../lib/contract/workload/errors.ts';
import { counted } from '../../lib/contract/workload/number-text.ts';
import { metadataPrefix } from './archive.ts';

/** A station as `CI.PASC`: network and station code of SEED. */
export type StationId = string;

const exact = /^[A-Z0-9]{1,2}\.[A-Z0-9]{1,5}$/;
const pattern = /^[A-Z0-9]{1,2}\.[A-Z0-9*?]{1,12}$/;

/** One a line or between commas; a BOM, blanks and comments go. */
export function stationWords(text: string): readonly string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .flatMap(line => line.replace(/#.*$/, '').split(/[,\s]+/))
    .filter(word => word !== '');
}

export const isPattern = (word: string): boolean => /[*?]/.test(word);

/** Says what is no station and no pattern of one; the network is always named, for archives keep it in the name. */
export function checkStations(words: readonly string[]): readonly Problem[] {
  if (words.length === 0)
    return [{ where: '--stations', message: 'names no station', fix: '--stations CI.PASC,CI.RPV, or CI.*' }];
  return words
    .filter(word => !(isPattern(word) ? pattern : exact).test(word))
    .map(word => ({
      where: '--stations',
      message: `${word} is no station`,
      fix: 'NETWORK.STATION in capitals, CI.PASC, or a pattern within a network, CI.PAS*',
    }));
}

/** Where the stations that a list of patterns can mean have their metadata. */
export const metadataPrefixes = (words: readonly string[]): readonly string[] =>
  [...new Set(words.filter(isPattern).map(word => word.split('.')[0]!))].map(metadataPrefix);

/**
 * The stations that words name, sorted, each once; patterns are of the stations whose metadata the archive holds. Throws
 * LabError for a pattern that none fits: a list that silently has fewer stations is a year of other results.
 */
export function selectStations(
  words: readonly string[],
  metadataKeys: readonly string[],
): readonly StationId[] {
  const known = metadataKeys.flatMap(key => {
    const [, network, station] = /\/([A-Z0-9]{1,2})_([A-Z0-9]{1,5})\.xml$/.exec(key) ?? [];
    return network ? [`${network}.${station}`] : [];
  });
  const problems: Problem[] = [];
  const chosen = new Set<StationId>();
  for (const word of words) {
    if (!isPattern(word)) {
      chosen.add(word);
      continue;
    }
    const fits = new RegExp(`^${word.replace('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`);
    const found = known.filter(id => fits.test(id));
    if (found.length === 0)
      problems.push({
        where: '--stations',
        message: `no station of the archive fits ${word}: ${metadataPrefix(word.split('.')[0]!)} has ${counted(known.length, 'station')}`,
        fix: 'name a network of the archive, or stations one by one',
      });
    for (const id of found) chosen.add(id);
  }
  if (problems.length > 0) throw new LabError(problems);
  return [...chosen].sort();
}
