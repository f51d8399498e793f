import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileName, metadataName, stationId } from '../../../jobs/ambient-noise/archive.ts';
import { type Day, dayOfYear } from '../../../jobs/ambient-noise/calendar.ts';
import { markerKey } from '../../../jobs/ambient-noise/keys.ts';
import { type DayMarker, whyAnew } from '../../../jobs/ambient-noise/marker.ts';
import { isAuto, type Proof, proveDay, type StoreFile } from '../../../jobs/ambient-noise/pairs.ts';
import {
  noisepyVersion,
  type Recipe,
  recipeHash,
  windowsOfDay,
} from '../../../jobs/ambient-noise/settings.ts';
import type { StationDay } from '../../../jobs/ambient-noise/station-day.ts';
import { type Usable, usable } from '../../../jobs/ambient-noise/usable.ts';
import { mapLimit } from '../../../lib/contract/run/map-limit.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import { correlateArguments } from '../noisepy/arguments.ts';
import { endText, type LocalFile, type NoisePy } from '../noisepy/session.ts';
import { atOnce, listed, type Results, type WaveformArchive } from '../places.ts';
import { type DayFiles, findFiles } from './find-files.ts';
import { correlationsPrefix, pairsKey } from './keys.ts';

export interface DayWork {
  readonly day: Day;
  readonly recipe: Recipe;
  readonly archive: WaveformArchive;
  readonly results: Results;
  /** An empty folder of this attempt's own. */
  readonly scratch: string;
  /** Started when it is first needed: a day that stands needs none. */
  noisepy(): Promise<NoisePy>;
  readonly signal: AbortSignal;
  log(line: string): void;
}

export interface DayResult {
  readonly marker: DayMarker;
  /** It stood already, and nothing was done. */
  readonly stood: boolean;
  readonly bytesIn: number;
  readonly peakMemoryBytes: number;
}

/**
 * Correlates all pairs of a day, and stores what is proved, the day's marker last. A day whose marker stands on the same
 * recipe and the same files of the archive is done. Throws where NoisePy or a store fails: then there is no marker.
 */
export async function correlateDay(work: DayWork): Promise<DayResult> {
  const { day, recipe, archive, results } = work;
  const hash = recipeHash(recipe);
  const found = await findFiles(archive, day, recipe.stations, recipe.channels);
  const standing = await standingMarker(work, hash, found);
  if (standing) return { marker: standing, stood: true, bytesIn: 0, peakMemoryBytes: 0 };

  const local = await fetchFiles(work, found);
  work.signal.throwIfAborted();
  const chosen = await chooseFiles(work, found, local);
  for (const row of chosen.rows)
    if (row.state !== 'used') work.log(`${row.station} is left out: ${row.reason ?? row.state}`);

  const correlations = join(work.scratch, 'ccf');
  const made = await correlate(work, chosen, correlations);
  const folder = correlationsPrefix(results.prefix, hash, day, found.inputs);
  await mapLimit(made.proof.pairs, atOnce, ({ file }) => {
    work.signal.throwIfAborted();
    return results.upload(join(correlations, file), `${folder}ccf/${file}`);
  });
  await results.put(pairsKey(folder), JSON.stringify(made.proof.pairs), { contentType: 'application/json' });
  const marker: DayMarker = {
    version: 1,
    day,
    recipe: hash,
    noisepy: noisepyVersion,
    inputs: found.inputs,
    stations: made.rows,
    folder,
    pairs: made.proof.pairs.length,
    faults: made.faults,
    windowsOfDay: windowsOfDay(recipe.settings),
  };
  await results.put(markerKey(results.prefix, hash, day), JSON.stringify(marker), {
    contentType: 'application/json',
  });
  return {
    marker,
    stood: false,
    bytesIn: found.inputs.reduce((sum, { bytes }) => sum + bytes, 0),
    peakMemoryBytes: made.peakMemoryBytes,
  };
}

/** The day's marker where it stands, and all that it names is there. Says why a day is made anew. */
async function standingMarker(
  { day, results, log }: DayWork,
  recipe: string,
  { inputs }: DayFiles,
): Promise<DayMarker | undefined> {
  const body = await results.get(markerKey(results.prefix, recipe, day));
  if (!body) return undefined;
  const marker = JSON.parse(body.toString('utf8')) as DayMarker;
  const there = new Set((await listed(results.list(`${marker.folder}ccf/`))).map(({ key }) => key));
  const why =
    whyAnew(marker, { recipe, inputs }) ??
    (there.size < marker.pairs
      ? `${marker.pairs - there.size} of its ${counted(marker.pairs, { one: 'pair is', many: 'pairs are' })} gone`
      : undefined);
  log(why === undefined ? `${day} is done already` : `${day} is made anew: ${why}`);
  return why === undefined ? marker : undefined;
}

/** Everything that was found, on scratch; answers the local files in the order of `found.files`. */
async function fetchFiles(
  { archive, day, scratch, signal }: DayWork,
  found: DayFiles,
): Promise<readonly LocalFile[]> {
  await mkdir(join(scratch, 'found'), { recursive: true });
  await mkdir(join(scratch, 'xml'), { recursive: true });
  const files = found.files.map(({ input, ...file }) => ({
    key: input.key,
    local: { ...file, path: join(scratch, 'found', fileName(day, file)) },
  }));
  const metadata = [...found.metadata].map(([station, { key }]) => ({
    key,
    path: metadataPath(scratch, station),
  }));
  await mapLimit(
    [...files.map(({ key, local }) => ({ key, path: local.path })), ...metadata],
    atOnce,
    ({ key, path }) => archive.download(key, path, signal),
  );
  return files.map(({ local }) => local);
}

function metadataPath(scratch: string, station: string): string {
  const [network, name] = station.split('.');
  return join(scratch, 'xml', metadataName(network!, name!));
}

/** Looks into every file, and puts those that are correlated where NoisePy finds no other. */
async function chooseFiles(work: DayWork, found: DayFiles, local: readonly LocalFile[]): Promise<Usable> {
  const { day, recipe, scratch } = work;
  const whole = local.filter((_, at) => found.files[at]!.input.bytes > 0);
  const looked =
    whole.length === 0
      ? []
      : await (await work.noisepy()).inspect({
          day,
          files: whole,
          metadata: Object.fromEntries([...found.metadata.keys()].map(id => [id, metadataPath(scratch, id)])),
          response: recipe.settings.rm_resp !== 'no',
        });
  const factsOf = new Map(whole.map((file, at) => [file.path, looked[at]!]));
  const chosen = usable(
    found.files.map((file, at) => ({
      station: stationId(file),
      channel: file.channel,
      location: file.location,
      key: local[at]!.path,
      bytes: file.input.bytes,
      ...factsOf.get(local[at]!.path),
    })),
    {
      day,
      stations: recipe.stations,
      channels: recipe.channels,
      samplingRate: Number(recipe.settings.sampling_rate),
      coverage: recipe.coverage,
    },
  );
  const year = day.slice(0, 4);
  const folder = join(scratch, 'waveforms', year, `${year}_${dayOfYear(day)}`);
  await mkdir(folder, { recursive: true });
  for (const { key } of chosen.files) await rename(key, join(folder, key.slice(dirname(key).length + 1)));
  return chosen;
}

interface Made {
  readonly rows: readonly StationDay[];
  readonly proof: Proof;
  readonly faults: readonly string[];
  readonly peakMemoryBytes: number;
}

async function correlate(work: DayWork, { rows, files }: Usable, correlations: string): Promise<Made> {
  const { day, recipe, scratch } = work;
  const stations = [...new Set(files.map(({ station }) => station))];
  if (stations.length === 0)
    return { rows, proof: { pairs: [], faults: [] }, faults: [], peakMemoryBytes: 0 };
  const noisepy = await work.noisepy();
  const args = correlateArguments(recipe, stations, day, {
    waveforms: join(scratch, 'waveforms'),
    metadata: join(scratch, 'xml'),
    correlations,
    log: join(scratch, 'log.txt'),
  });
  const end = await noisepy.run(scratch, args);
  if (end.exitCode !== 0) throw new Error(endText('cross_correlate', end));
  const store = await noisepy.count(correlations);
  const proof = proveDay(store, { stations, channels: recipe.channels, day });
  return {
    ...judged(rows, store, proof, windowsOfDay(recipe.settings)),
    proof,
    peakMemoryBytes: end.peakMemoryBytes,
  };
}

/** A station without a proved pair with itself was not correlated; what else is not proved is told by its pair. */
function judged(
  rows: readonly StationDay[],
  store: readonly StoreFile[],
  { faults }: Proof,
  windows: number,
): Pick<Made, 'rows' | 'faults'> {
  const own = new Map(
    faults.filter(({ pair }) => isAuto(pair)).map(({ pair, why }) => [pair.split('/')[0]!, why]),
  );
  const autos = new Map(
    store
      .filter(({ file, rows: all }) => isAuto(file.split('/').slice(0, 2).join('/')) && all)
      .map(file => [file.file.split('/')[0]!, file.rows!]),
  );
  return {
    rows: rows.map(row => {
      if (row.state !== 'used') return row;
      const why = own.get(row.station);
      if (why) return { ...row, state: 'not-correlated', reason: `NoisePy's pair of it with itself ${why}` };
      const kept = Math.min(...(autos.get(row.station) ?? []).map(({ ngood }) => ngood));
      return { ...row, windows: kept, windowsOfDay: windows };
    }),
    faults: faults
      .filter(({ pair }) => !pair.split('/').some(station => own.has(station)))
      .map(({ pair, why }) => `${pair} ${why}`),
  };
}
