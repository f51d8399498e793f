import { usdPerGbBetweenRegions } from '../../lib/contract/hosts/transfer.ts';
import type { Problem } from '../../lib/contract/workload/errors.ts';
import type { Item, PlacePort } from '../../lib/contract/workload/workload.ts';
import { attributesOf, defaultAttributes, parseAttributes } from './attributes.ts';
import { readAttributesFile } from './attributes-file.ts';
import { bytesText } from './bytes-text.ts';
import { type DatasetState, datasetState, knownNames } from './dataset.ts';
import { growth } from './estimate.ts';
import type { Peek } from './look.ts';
import { type FilesLooked, lookAtAll } from './look-at-all.ts';
import { placeNames, placeOfUri, storeAt } from './places.ts';
import { refusedForStore } from './refused-dataset.ts';
import { parseFolder, parseS3Uri } from './s3-uri.ts';
import { byBytes } from './sample-name.ts';
import { readTileDbOptions } from './tiledb-options.ts';

/** What a look before submission may ask. */
export interface IngestPorts {
  /** Where datasets and files may be: jobs can open no others. The dataset's is the first. */
  readonly places: readonly PlacePort[];
  /** Where jobs run. */
  readonly region: string;
  readonly peek: Peek;
  /** What --vcf-attributes names, where it is frozen with the run. */
  readonly attributesFile?: Buffer | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

export interface Prepared {
  readonly items: readonly Item[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

type Parameters = Readonly<Record<string, string>>;

/** All that is known of a list before anything is submitted: items with what was seen of them, every problem, what to know. */
export async function prepareIngest(
  items: readonly Item[],
  parameters: Parameters,
  ports: IngestPorts,
): Promise<Prepared> {
  const own = ingestProblems(parameters);
  const dataset = parseFolder(parameters['dataset-uri'] ?? '');
  if (!dataset) return { items, problems: own, notes: [] };
  const { statistics, asked } = attributesAsked(parameters);
  const outside = outsidePlaces(items, parameters, dataset.uri, ports);
  if (outside.length > 0) return { items, problems: [...own, ...outside], notes: [] };
  const store = storeAt(ports.places, dataset.place.bucket);
  const [state, looked, names, fields] = await Promise.all([
    datasetState(store, dataset.place.key),
    lookAtAll(
      ports.peek,
      items.map(({ name, labels }) => ({ uri: labels?.uri ?? name, index: labels?.index })),
      {
        indexTimes: parameters['index-times'] === 'ignore' ? 'ignore' : 'check',
        signal: ports.signal,
        progress: ports.progress,
      },
    ),
    knownNames(store, dataset.place.key),
    fieldsOf(parameters, statistics, ports),
  ]);
  const there = parameters.continue === 'true' ? [] : alreadyThere(looked, new Set(names));
  return {
    items: labelled(items, looked),
    problems: [
      ...own,
      ...fields,
      ...[refusedForStore(dataset.uri, state) ?? []].flat(),
      ...otherAttributes(state, parameters, asked.names),
      ...looked.problems.map(({ uri, message }) => ({ where: uri, message })),
      ...there,
    ],
    notes: [
      ...(state.is === 'absent' && !parameters['vcf-attributes'] ? asked.notes : []),
      ...(state.is === 'ours' && !names
        ? [
            'which samples the dataset has is asked by the first job: it has changed since a run of ours ended',
          ]
        : []),
      ...(state.is === 'whole'
        ? [
            `${dataset.uri} was not made by a run of ours: the first job opens it, and looks whether the names are new`,
          ]
        : []),
      ...(statistics
        ? ['statistics for allele frequencies: they stay too high where a sample has to be repaired']
        : []),
      ...looked.notes,
      ...farAway(looked, dataset.place.bucket, ports),
    ],
  };
}

/** What is wrong with an ingestion by itself. What is not there is told by whoever reads options. */
export function ingestProblems(parameters: Parameters): readonly Problem[] {
  const uri = parameters['dataset-uri'];
  const { asked } = attributesAsked(parameters);
  return [
    ...(uri === undefined || parseFolder(uri) ? [] : [notAFolder(uri)]),
    ...(/^[1-9]\d{0,3}$/.test(parameters.incremental ?? '1') ? [] : [noGroups(parameters.incremental!)]),
    ...(parameters['vcf-attributes'] && parameters.attributes ? [bothAttributes] : []),
    ...asked.problems,
    ...readTileDbOptions(parameters['tiledb-config']).problems,
  ];
}

function attributesAsked(parameters: Parameters) {
  const statistics = parameters['allele-frequencies'] === 'true';
  return { statistics, asked: parseAttributes(parameters.attributes ?? defaultAttributes, statistics) };
}

function outsidePlaces(
  items: readonly Item[],
  parameters: Parameters,
  uri: string,
  { places, attributesFile }: IngestPorts,
): readonly Problem[] {
  const [first] = places;
  const header = attributesFile ? undefined : parameters['vcf-attributes'];
  const problems: Problem[] = [];
  if (first && !placeOfUri(`${uri}/`, [first]))
    problems.push({
      where: '--dataset-uri',
      message: `${uri} is not below ${placeNames([first])}, where jobs may write datasets`,
      fix: 'name one that is, or change workloads.vcf-ingest.places.dataset in lab.config.ts and deploy',
    });
  const files = items.flatMap(({ name, labels }) => [labels?.uri ?? name, labels?.index]);
  for (const file of [...files, header]) {
    if (file === undefined || !parseS3Uri(file) || placeOfUri(file, places)) continue;
    problems.push({
      where: file,
      message: `is not below ${placeNames(places)}, and jobs can read nothing else`,
      fix: 'name its bucket as workloads.vcf-ingest.places.samples (or more-samples) in lab.config.ts and deploy',
    });
  }
  return problems;
}

/** What is wrong with the header that --vcf-attributes names. */
async function fieldsOf(
  parameters: Parameters,
  statistics: boolean,
  { attributesFile, peek }: IngestPorts,
): Promise<readonly Problem[]> {
  const name = parameters['vcf-attributes'];
  if (name === undefined) return [];
  const header = await readAttributesFile({ name, body: attributesFile }, peek);
  if (typeof header === 'string')
    return [
      {
        where: '--vcf-attributes',
        message: `${name} ${header}`,
        fix: 'name a VCF or BCF, or what bcftools view -h prints of one',
      },
    ];
  return parseAttributes(attributesOf(header), statistics).problems;
}

const notAFolder = (uri: string): Problem => ({
  where: '--dataset-uri',
  message: `${JSON.stringify(uri)} is no folder of a bucket`,
  fix: '--dataset-uri s3://bucket/cohort',
});

const noGroups = (value: string): Problem => ({
  where: '--incremental',
  message: `${JSON.stringify(value)} is no number of groups`,
  fix: 'a whole number of at least 1',
});

const bothAttributes: Problem = {
  where: '--vcf-attributes',
  message: 'stands beside --attributes, and tiledbvcf takes one of them',
  fix: 'leave one out',
};

/** In the order of the tool, so that a batch's names lie together. */
function labelled(items: readonly Item[], { files }: FilesLooked): readonly Item[] {
  return items
    .map((item, i): { readonly item: Item; readonly sample: string } => {
      const file = files[i];
      if (!file) return { item, sample: item.name };
      const { uri, index, sample, records, bytes, indexBytes, etag } = file;
      const labels = {
        ...item.labels,
        uri,
        index,
        sample,
        ...(records === undefined ? {} : { records: String(records) }),
        bytes: String(bytes),
        indexBytes: String(indexBytes),
        etag,
      };
      return { item: { ...item, labels }, sample };
    })
    .sort((a, b) => byBytes(a.sample, b.sample))
    .map(({ item }) => item);
}

function alreadyThere({ files }: FilesLooked, names: ReadonlySet<string>): Problem[] {
  return files
    .filter(file => file !== undefined && names.has(file.sample))
    .map(file => ({
      where: file!.uri,
      message: `its sample ${file!.sample} is in the dataset already`,
      fix: '--continue: whole ones are left as they are, others are deleted and stored again',
    }));
}

function otherAttributes(state: DatasetState, parameters: Parameters, asked: readonly string[]): Problem[] {
  if (state.is !== 'ours' || !parameters.attributes) return [];
  const there = state.marker.attributes;
  if (asked.every(name => there.includes(name))) return [];
  return [
    {
      where: '--attributes',
      message: `the dataset is there and has ${there.join(',')}; its attributes cannot be changed`,
      fix: 'leave --attributes out, or name another --dataset-uri',
    },
  ];
}

/** What bytes cost that come from another region to the jobs, and go to another one from them. */
function farAway(
  { files }: FilesLooked,
  dataset: string,
  { places, region }: IngestPorts,
): readonly string[] {
  const bytes = new Map<string, number>();
  for (const file of files) {
    const from = file && parseS3Uri(file.uri)!.bucket;
    if (from) bytes.set(from, (bytes.get(from) ?? 0) + file.bytes + file.indexBytes);
  }
  const otherRegion = (bucket: string): string | undefined => {
    const found = places.find(place => place.bucket === bucket)?.region;
    return found === region ? undefined : found;
  };
  const cost = (size: number): string =>
    `${bytesText(size)} for about ${((size / 1e9) * usdPerGbBetweenRegions).toFixed(2)} USD`;
  const from = [...bytes].flatMap(([bucket, size]) => {
    const there = otherRegion(bucket);
    return there ? `s3://${bucket} is in ${there} and jobs run in ${region}: they fetch ${cost(size)}` : [];
  });
  const there = otherRegion(dataset);
  const all = [...bytes.values()].reduce((sum, size) => sum + size, 0);
  return there
    ? [...from, `the dataset is in ${there} and jobs run in ${region}: they send ${cost(growth * all)}`]
    : from;
}
