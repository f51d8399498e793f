import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Day } from '../../jobs/ambient-noise/calendar.ts';
import { completenessOf, missingText, verdict } from '../../jobs/ambient-noise/completeness.ts';
import { recipeKey, resultsPrefix } from '../../jobs/ambient-noise/keys.ts';
import type { DayMarker } from '../../jobs/ambient-noise/marker.ts';
import {
  type NoiseRequest,
  noiseRequest,
  recipeOf,
  stationsOfItem,
  unitOfItem,
} from '../../jobs/ambient-noise/request.ts';
import { rowsCsv } from '../../jobs/ambient-noise/rows.ts';
import { noisepyVersion, type Recipe, recipeHash } from '../../jobs/ambient-noise/settings.ts';
import { isMissing, type StationDay } from '../../jobs/ambient-noise/station-day.ts';
import type { Store } from '../../lib/contract/ports/ports.ts';
import { mapLimit } from '../../lib/contract/run/map-limit.ts';
import type { OutputRecord } from '../../lib/contract/run/records.ts';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import type { Task, TaskContext, TaskResult } from '../../lib/contract/workload/task.ts';
import { correlateDay } from './day/correlate-day.ts';
import { pairsKey } from './day/keys.ts';
import type { NoisePy } from './noisepy/session.ts';
import { atOnce, type Results, type WaveformArchive } from './places.ts';
import { runScript } from './script/run-script.ts';
import { stackUnit } from './stack/stack-unit.ts';

export interface NoiseWorld {
  /** The lab's own bucket, where days are kept for every run of a recipe. */
  readonly store: Store;
  session(context: TaskContext): Promise<NoisePy>;
  /** Read as whom the dataset's access says. */
  archive(): Promise<WaveformArchive>;
}

export function noiseTasks(world: NoiseWorld): Readonly<Record<string, Task>> {
  return {
    correlate: { run: context => correlate(world, context) },
    stack: { run: context => stack(world, context) },
    script: { run: context => script(world, context) },
  };
}

const requestOf = ({ parameters, arguments: words }: TaskContext): Promise<NoiseRequest> =>
  noiseRequest({
    workload: 'ambient-noise',
    // The stations were chosen when the run was submitted, and stand with its items.
    parameters: { ...parameters, stations: 'CI.*' },
    arguments: words,
  });

const resultsOf = (store: Store): Results => ({
  bucket: store.bucket,
  prefix: resultsPrefix,
  get: (...args) => store.get(...args),
  put: (...args) => store.put(...args),
  list: (...args) => store.list(...args),
  download: (...args) => store.download(...args),
  upload: (...args) => store.upload(...args),
});

/** What a record says of rows: counts, and the first of what is missing, each with its reason. */
const factsOf = (rows: readonly StationDay[]): Pick<TaskResult, 'facts' | 'missing'> => ({
  facts: { ...completenessOf(rows) },
  missing: rows
    .filter(isMissing)
    .slice(0, 100)
    .map(({ station, day, reason, state }) => ({ name: `${station} ${day}`, reason: reason ?? state })),
});

async function correlate(world: NoiseWorld, context: TaskContext): Promise<TaskResult> {
  const asked = await requestOf(context);
  const [item] = context.items;
  const day: Day = item!.name;
  const recipe = recipeOf(asked, stationsOfItem(item!));
  const results = resultsOf(world.store);
  await keepRecipe(results, recipe);
  const { marker, bytesIn, peakMemoryBytes } = await correlateDay({
    day,
    recipe,
    archive: await world.archive(),
    results,
    scratch: context.scratch,
    noisepy: () => world.session(context),
    signal: context.signal,
    log: line => void context.log(line),
  });
  const { stations, faults } = marker;
  const isWhole = faults.length === 0 && !stations.some(isMissing);
  const known = {
    ...factsOf(stations),
    outputs: await outputsOf(results, marker),
    bytesIn,
    ...(peakMemoryBytes > 0 ? { peakMemoryBytes } : {}),
  };
  if (isWhole) return { exitCode: exitCodes.ok, ...known };
  const reason = [...(stations.some(isMissing) ? [missingText(stations)] : []), ...faults.slice(0, 3)].join(
    '; ',
  );
  // A day is a part of its unit, which judges by all of them; a day that is the unit is judged here.
  const isAllowed =
    asked.by === 'day' && item!.of === day
      ? verdict(completenessOf(stations), asked.allowed) === 'partial'
      : asked.allowed > 0;
  return isAllowed
    ? { exitCode: exitCodes.ok, partial: true, reason, ...known }
    : { exitCode: exitCodes.toolFailed, reason, ...known };
}

/** What the hash of a recipe stands for, beside what was made by it. */
async function keepRecipe(results: Results, recipe: Recipe): Promise<void> {
  const hash = recipeHash(recipe);
  const body = JSON.stringify({ version: 1, hash, noisepy: noisepyVersion, ...recipe }, undefined, 2);
  await results.put(recipeKey(results.prefix, hash), body, {
    ifNoneMatch: true,
    contentType: 'application/json',
  });
}

async function outputsOf(results: Results, marker: DayMarker): Promise<readonly OutputRecord[]> {
  if (marker.pairs === 0) return [];
  const body = await results.get(pairsKey(marker.folder));
  const pairs = JSON.parse((body ?? Buffer.from('[]')).toString('utf8')) as { file: string; bytes: number }[];
  return pairs.map(({ file, bytes }) => ({ key: `${marker.folder}ccf/${file}`, bytes }));
}

async function stack(world: NoiseWorld, context: TaskContext): Promise<TaskResult> {
  const asked = await requestOf(context);
  const [item] = context.items;
  const unit = unitOfItem(item!)!;
  const {
    report,
    verdict: judged,
    reason,
    stack: folder,
    peakMemoryBytes,
  } = await stackUnit({
    unit,
    recipe: recipeOf(asked, stationsOfItem(item!)),
    allowed: asked.allowed,
    results: resultsOf(world.store),
    scratch: context.scratch,
    folder: `${context.outputPrefix}stack/`,
    noisepy: () => world.session(context),
    signal: context.signal,
    log: line => void context.log(line),
  });
  const outputs = await mapLimit(report.stack?.pairs ?? [], atOnce, ({ file }) =>
    context.upload(join(folder, file), `${context.outputPrefix}stack/${file}`),
  );
  const told = await tell(context, 'unit.json', JSON.stringify(report));
  const rows = await tell(context, 'station-days.csv', rowsCsv(report.rows));
  const known = {
    ...factsOf(report.rows),
    outputs: [...outputs.flat(), ...rows, ...told],
    ...(peakMemoryBytes > 0 ? { peakMemoryBytes } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
  if (judged === 'failed') return { exitCode: exitCodes.toolFailed, ...known };
  return { exitCode: exitCodes.ok, ...(judged === 'partial' ? { partial: true as const } : {}), ...known };
}

async function tell(context: TaskContext, name: string, text: string): Promise<readonly OutputRecord[]> {
  const path = join(context.scratch, name);
  await writeFile(path, text);
  return context.upload(path, `${context.outputPrefix}${name}`);
}

async function script(world: NoiseWorld, context: TaskContext): Promise<TaskResult> {
  const asked = await requestOf(context);
  const [item] = context.items;
  const unit = unitOfItem(item!)!;
  const file = await context.file('script');
  // What has no ending that tells its language is a program by its first line.
  if (file) await chmod(file.path, 0o755);
  const { bucket, prefix } = await world.archive();
  const scratch = join(context.scratch, 'script');
  await mkdir(scratch);
  const {
    exitCode,
    verdict: judged,
    reason,
    rows,
    outputFolder,
  } = await runScript({
    unit,
    script: file?.path ?? context.parameters.command!,
    name: file?.name ?? context.parameters.command!,
    arguments: context.arguments,
    allowed: asked.allowed,
    places: {
      stations: stationsOfItem(item!),
      input: `s3://${bucket}/${prefix}`,
      output: `s3://${world.store.bucket}/${context.outputPrefix}`,
      scratch,
      vcpus: context.limits.vcpus,
      memoryMiB: context.limits.memoryMiB,
      scratchBytes: context.limits.scratchBytes,
    },
    results: resultsOf(world.store),
    outputPrefix: context.outputPrefix,
    checkpointPrefix: `${resultsPrefix}checkpoints/${context.outputPrefix}`,
    exec: (command, environment) => context.exec(command, { cwd: scratch, environment, credentials: 'role' }),
    signal: context.signal,
    log: line => void context.log(line),
  });
  const known = {
    ...(rows.length > 0 ? factsOf(rows) : {}),
    ...(reason === undefined ? {} : { reason }),
  };
  if (exitCode !== 0) {
    await context.keepFailed([outputFolder]);
    return { exitCode, ...known };
  }
  // What is there is kept whatever is missing: it is told as failed, and not thrown away.
  const outputs = await context.upload(outputFolder, context.outputPrefix);
  if (judged === 'failed') return { exitCode: exitCodes.toolFailed, ...known, outputs };
  return {
    exitCode: exitCodes.ok,
    ...(judged === 'partial' ? { partial: true as const } : {}),
    ...known,
    outputs,
  };
}
