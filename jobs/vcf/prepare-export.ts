import { LabError, type Problem } from '../../lib/contract/workload/errors.ts';
import type { CheckedList, Item, PlacePort } from '../../lib/contract/workload/workload.ts';
import { parseAttributes } from './attributes.ts';
import { type Region, readBed } from './bed.ts';
import { datasetState, knownNames } from './dataset.ts';
import { placeNames, placeOfUri, storeAt } from './places.ts';
import type { Prepared } from './prepare-ingest.ts';
import { refusedForExport } from './refused-dataset.ts';
import { parseFolder, parseS3Uri } from './s3-uri.ts';
import { byBytes, sampleNameProblem } from './sample-name.ts';
import { datasetUri } from './specs/parameters.ts';
import { readTileDbOptions } from './tiledb-options.ts';

/** What a job of the step `export` has, where nobody says how many there are to be. */
export const samplesPerJob = 100;
/** The file of --merge, without its suffix. */
export const mergedName = 'merged';

export interface ExportPorts {
  /** Where datasets, exports and BED files may be: jobs can open nothing else. */
  readonly dataset: readonly PlacePort[];
  readonly destination: readonly PlacePort[];
  readonly regions: readonly PlacePort[];
  /** The BED, where it is frozen with the run. */
  readonly bedFile?: Buffer | undefined;
  /** Jobs that were asked for. */
  readonly shards: number | undefined;
}

/** Checks names, regions, dataset and destination before anything is submitted; every problem together. */
export async function prepareExport(
  items: readonly Item[],
  parameters: Readonly<Record<string, string>>,
  ports: ExportPorts,
): Promise<Prepared> {
  const problems = [...exportProblems(items, parameters, ports.shards), ...outsidePlaces(parameters, ports)];
  const notes: string[] = [];
  if (!parseFolder(datasetUri(parameters)) || !parseFolder(parameters['dest-s3'] ?? ''))
    return { items, problems, notes };
  if (problems.some(({ fix }) => fix === changeConfig)) return { items, problems, notes };
  const bed = await readRegions(parameters.bed ?? '', ports).catch((error: unknown) => {
    if (!(error instanceof LabError)) throw error;
    problems.push(...error.problems);
    return undefined;
  });
  problems.push(...(await datasetProblems(items, datasetUri(parameters), ports, notes)));
  problems.push(...(await destinationProblems(items, parameters, ports)));
  if (bed)
    notes.push(
      `${bed.regions.length} ${bed.regions.length === 1 ? 'region' : 'regions'} after those that overlap or touch are made one`,
    );
  const sorted = items.toSorted((a, b) => byBytes(a.name, b.name));
  const labelled = sorted.map(item => ({
    ...item,
    labels: { ...item.labels, ...(bed?.etag ? { bed: bed.etag } : {}) },
  }));
  return { items: labelled, problems, notes };
}

/** What is wrong with an export by itself, and with the names of its samples. */
export function exportProblems(
  list: CheckedList,
  parameters: Readonly<Record<string, string>>,
  shards: number | undefined,
): readonly Problem[] {
  const items = typeof list === 'string' ? [] : list;
  const uri = datasetUri(parameters);
  const dest = parameters['dest-s3'];
  return [
    ...items.flatMap(({ name }) => {
      const message = sampleNameProblem(name);
      return message ? { where: name, message } : [];
    }),
    ...(parameters.attributes ? parseAttributes(parameters.attributes, false).problems : []),
    ...readTileDbOptions(parameters['tiledb-config']).problems,
    ...mergeProblems(items, parameters, shards),
    ...(parseFolder(uri)
      ? []
      : [
          {
            where: '--dataset-uri',
            message: `${JSON.stringify(uri)} is no folder of a bucket`,
            fix: '--dataset-uri s3://bucket/cohort',
          },
        ]),
    ...(dest === undefined || parseFolder(dest)
      ? []
      : [
          {
            where: '--dest-s3',
            message: `${JSON.stringify(dest)} is no folder of a bucket`,
            fix: '--dest-s3 s3://bucket/exports/',
          },
        ]),
  ];
}

function mergeProblems(
  items: readonly Item[],
  parameters: Readonly<Record<string, string>>,
  shards: number | undefined,
): readonly Problem[] {
  if (parameters.merge !== 'true') return [];
  if (parameters.format === 't')
    return [
      { where: '--merge', message: 'makes a VCF or BCF, and --format is t', fix: '--format b, z or v' },
    ];
  return shards === 1 || (shards === undefined && items.length <= samplesPerJob)
    ? []
    : [
        {
          where: '--merge',
          message: 'makes one file of all samples, so one job has to have them',
          fix: '--num-jobs 1',
        },
      ];
}

const changeConfig = 'name one that is, or change workloads.vcf-export.places in lab.config.ts and deploy';

function outsidePlaces(parameters: Readonly<Record<string, string>>, ports: ExportPorts): readonly Problem[] {
  const checks: readonly (readonly [string, string, readonly PlacePort[]])[] = [
    ['--dataset-uri', `${datasetUri(parameters).replace(/\/+$/, '')}/`, ports.dataset],
    ['--dest-s3', `${(parameters['dest-s3'] ?? '').replace(/\/+$/, '')}/`, ports.destination],
    ['--bed', parameters.bed ?? '', ports.regions],
  ];
  return checks
    .filter(([, uri, places]) => parseS3Uri(uri)?.key && !placeOfUri(uri, places))
    .map(([where, uri, places]) => ({
      where,
      message: `${uri} is not below ${placeNames(places)}, where jobs may work`,
      fix: changeConfig,
    }));
}

/** The regions of a BED, and which state of it they are from where it is on S3. Throws LabError. */
async function readRegions(
  uri: string,
  { bedFile, regions }: ExportPorts,
): Promise<{ readonly regions: readonly Region[]; readonly etag?: string }> {
  if (bedFile) return { regions: readBed(bedFile, uri) };
  const at = parseS3Uri(uri);
  if (!at?.key)
    throw new LabError({
      where: '--bed',
      message: `${JSON.stringify(uri)} is no s3://bucket/key`,
      fix: '--bed s3://bucket/regions.bed, or a file of this machine',
    });
  const store = storeAt(regions, at.bucket);
  const [info, body] = [await store.head(at.key), await store.get(at.key)];
  if (!info || !body)
    throw new LabError({ where: '--bed', message: `there is no ${uri}`, fix: `aws s3 ls ${uri}` });
  return { regions: readBed(body, uri), etag: info.etag };
}

async function datasetProblems(
  items: readonly Item[],
  uri: string,
  ports: ExportPorts,
  notes: string[],
): Promise<readonly Problem[]> {
  const dataset = parseFolder(uri)!;
  const store = storeAt(ports.dataset, dataset.place.bucket);
  const refused = refusedForExport(dataset.uri, await datasetState(store, dataset.place.key));
  if (refused) return [refused];
  const names = await knownNames(store, dataset.place.key);
  if (!names) {
    notes.push(
      'which samples the dataset has is asked by the first job: it stops before any export where a name is unknown',
    );
    return [];
  }
  const known = new Set(names);
  return items
    .filter(({ name }) => !known.has(name))
    .map(({ name }) => ({
      where: name,
      message: `is not among the ${names.length} ${names.length === 1 ? 'sample' : 'samples'} of ${dataset.uri}`,
    }));
}

async function destinationProblems(
  items: readonly Item[],
  parameters: Readonly<Record<string, string>>,
  ports: ExportPorts,
): Promise<readonly Problem[]> {
  const destination = parseFolder(parameters['dest-s3'] ?? '')!;
  if (parameters.overwrite === 'true') return [];
  const { bucket, key } = destination.place;
  const wanted = new Set(
    (parameters.merge === 'true' ? [mergedName] : items.map(({ name }) => name)).flatMap(name =>
      ['.bcf', '.vcf.gz', '.vcf', '.tsv'].map(end => `${key}${name}${end}`),
    ),
  );
  const taken: string[] = [];
  for await (const object of storeAt(ports.destination, bucket).list(key))
    if (wanted.has(object.key)) taken.push(object.key);
  if (taken.length === 0) return [];
  return [
    {
      where: '--dest-s3',
      message: `${taken.length} of the files ${taken.length === 1 ? 'is' : 'are'} there already: s3://${bucket}/${taken[0]}${taken.length > 1 ? ', …' : ''}`,
      fix: 'name another folder, or --overwrite',
    },
  ];
}
