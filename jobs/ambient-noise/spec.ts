import { LabError, type Problem, problemsOf, refuse } from '../../lib/contract/workload/errors.ts';
import { counted } from '../../lib/contract/workload/number-text.ts';
import type {
  CheckedList,
  Expansion,
  Item,
  Preflight,
  RunRequest,
  SpecPorts,
  WorkloadSpec,
} from '../../lib/contract/workload/workload.ts';
import { noteDaysMissing } from './days-there.ts';
import { farAway } from './far-away.ts';
import { archivePath, resultsPrefix } from './keys.ts';
import { checkSource, noiseRequest, recipeOf, stationsLabel, unitItems, unitsOf } from './request.ts';
import { recipeHash } from './settings.ts';
import { isPattern, metadataPrefixes, selectStations } from './stations.ts';
import { unitDays } from './units.ts';

/** Seismology: ambient noise, correlated day by day and stacked by month with NoisePy, or a script of the lab's over months. */
export const ambientNoise: WorkloadSpec = {
  name: 'ambient-noise',
  title: 'Ambient noise by day and month: NoisePy, or a script of your own',
  example: "--start 2019-01 --end 2019-12 --stations 'CI.*'",
  item: { one: 'unit', many: 'units' },
  verbs: { calendar: async () => (await import('./verbs/calendar.ts')).calendar },
  parameters: [
    { name: 'start', describe: 'first year, month or day: 2019-01', type: 'string' },
    { name: 'end', describe: 'last one, with all of it: 2019-12', type: 'string' },
    {
      name: 'by',
      describe: 'what is retried as one; days are not stacked',
      type: 'choice',
      choices: ['month', 'day'],
      default: 'month',
    },
    {
      name: 'stations',
      describe: 'CI.PASC,CI.RPV, a pattern in a network, or a file of them',
      type: 'string',
      default: 'CI.*',
    },
    {
      name: 'channels',
      describe: 'one band: BH, or BHE,BHN,BHZ, or BHZ alone',
      type: 'string',
      default: 'BH',
    },
    { name: 'script', describe: 'a script of yours in place of NoisePy: ./my.jl', type: 'script' },
    {
      name: 'command',
      describe: 'the same for a program that is in your image: /opt/scripts/run.sh',
      type: 'string',
    },
    {
      name: 'allow-missing',
      describe: 'share of a unit’s station-days that may be missing',
      type: 'string',
      default: '0%',
    },
    {
      name: 'day-coverage',
      describe: 'share of the day below which a station’s day is not used',
      type: 'string',
      default: '90%',
    },
  ],
  resources: { vcpus: 8, memoryMiB: 60_000, timeoutSeconds: 43_200, attempts: 3 },
  pools: ['x86-scratch-spot', 'x86-scratch'],
  // ObsPy and numcodecs have no Linux wheels for arm64.
  image: { context: 'containers/ambient-noise', architectures: ['x86_64'] },
  // It is not mounted: each day fetches its own files from it.
  mounts: [{ path: archivePath, bucketEnv: 'INPUT_BUCKET', access: 'download', readOnly: true }],
  scratchGiB: 150,
  // A script reads the archive and writes its outputs as the job; what NoisePy runs as needs none, and gets none.
  toolCredentials: 'role',
  outputPrefixes: [resultsPrefix],
  steps: [
    { name: 'correlate', takes: 'item', main: true },
    // Whatever became of the days: what is missing is judged, and named, by the unit.
    {
      name: 'stack',
      takes: 'item',
      dependsOn: [{ step: 'correlate', when: 'ended' }],
      resources: { vcpus: 8, memoryMiB: 30_000, timeoutSeconds: 21_600 },
      scratchGiB: 100,
    },
    { name: 'script', takes: 'item', main: true },
  ],
  onCause: {
    // To a pool of the lab's that is on demand: x86-scratch, or its own.
    reclaimed: { after: 3 },
    'out-of-memory': { memory: 'x2' },
    timeout: { timeout: 'x2' },
  },
  list: async request => unitItems(request),
  check,
  expand,
  preflight,
  describe: async (items, request) => {
    const { isScript, settings, channels } = await noiseRequest(request);
    const units = unitsOf(items);
    const days = units.flatMap(unitDays).length;
    const stations = (items[0]?.labels?.[stationsLabel] ?? '').split(',').filter(Boolean);
    if (isScript)
      return [`${counted(days, 'day')} in ${units.length} ${units.length === 1 ? 'unit' : 'units'}`];
    return [
      `${counted(days, 'day')} of ${counted(stations.length, 'station')}, ${channels.join(', ')}: ${days * stations.length} station-days`,
      `recipe ${recipeHash(recipeOf(await noiseRequest(request), stations)).slice(0, 12)}: ${Object.entries(
        settings,
      )
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}`,
    ];
  },
};

/** All that can be said of a request without a look at the archive. */
function check(request: RunRequest, list: CheckedList): Promise<readonly Problem[]> {
  return problemsOf(
    () => noiseRequest(request),
    () => refuse(request.parameters.script && request.parameters.command ? [twoPrograms] : []),
    () => (list === 'made' ? unitItems(request) : undefined),
    () => (typeof list === 'string' ? undefined : checkSource(list, request)),
    () => (typeof list === 'string' ? undefined : unitsOf(list)),
  );
}

const twoPrograms: Problem = {
  where: '--command',
  message: 'and --script are two programs for one unit',
  fix: 'give one of them',
};

/** Stations once for all, then each unit's days: what a run is made of is in its manifest, and nowhere in an image. */
async function expand(items: readonly Item[], request: RunRequest, ports: SpecPorts): Promise<Expansion> {
  const units = unitsOf(items);
  const asked = await noiseRequest(request);
  const chosen = selectStations(asked.words, await metadataKeys(asked.words, ports));
  const stations = chosen.join(',');
  const archive = ports.inputs?.[archivePath];
  const all = units.flatMap(unitDays);
  // What a script of the lab's reads is its own affair.
  const missing = archive && !asked.isScript && (await noteDaysMissing(archive, all));
  if (missing) ports.note(missing);
  const far = archive && (await farAway(archive, ports.region, all, chosen, asked.channels));
  if (far) ports.note(far);
  const run = units.map(({ name, first, last }) => ({
    name,
    labels: { first, last, [stationsLabel]: stations },
  }));
  if (asked.isScript) return { items: run, steps: { correlate: [], stack: [] } };
  const days = units.flatMap(unit =>
    unitDays(unit).map(day => ({ name: day, of: unit.name, labels: { [stationsLabel]: stations } })),
  );
  // Of one day there is no stack: NoisePy makes none of fewer than two.
  const stacked = run.filter((_, at) => unitDays(units[at]!).length > 1);
  return { items: run, steps: { correlate: days, stack: stacked, script: [] } };
}

/** Of the networks that patterns are of. */
async function metadataKeys(words: readonly string[], ports: SpecPorts): Promise<readonly string[]> {
  const prefixes = metadataPrefixes(words);
  if (prefixes.length === 0) return [];
  const archive = ports.inputs?.[archivePath];
  if (!archive)
    throw new LabError({
      where: '--stations',
      message: `${words.filter(isPattern).join(', ')}: there is no archive here to look for stations in`,
      fix: 'name them one by one: --stations CI.PASC,CI.RPV',
    });
  const keys: string[] = [];
  for (const each of prefixes) for await (const { path } of archive.files(each)) keys.push(path);
  return keys;
}

async function preflight(items: readonly Item[], request: RunRequest): Promise<Preflight> {
  const units = unitsOf(items);
  const problems: string[] = [];
  const seen = new Map<string, string>();
  for (const unit of units)
    for (const day of unitDays(unit)) {
      const other = seen.get(day);
      if (other !== undefined) problems.push(`${day} is in ${other} and in ${unit.name}: name one of them`);
      seen.set(day, unit.name);
    }
  const asked = await noiseRequest(request);
  const short = units.filter(unit => unitDays(unit).length === 1 && unit.name.length === 7);
  return {
    problems: problems.slice(0, 20),
    notes: [
      ...(asked.isScript || short.length === 0
        ? []
        : [
            `${short.map(({ name }) => name).join(', ')} has one day of the range: it is correlated, and not stacked`,
          ]),
    ],
  };
}
