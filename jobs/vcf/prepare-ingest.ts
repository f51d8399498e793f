import type { Store } from '../../lib/contract/ports/ports.ts';
import type { Problem } from '../../lib/contract/workload/errors.ts';
import type { Item, PlacePort } from '../../lib/contract/workload/workload.ts';
import { defaultAttributes, parseAttributes } from './attributes.ts';
import { type DatasetState, datasetState, knownNames } from './dataset.ts';
import type { Peek } from './look.ts';
import { type FilesLooked, lookAtAll } from './look-at-all.ts';
import { placeNames, placeOfUri } from './places.ts';
import { refusedForStore } from './refused-dataset.ts';
import { parseFolder, parseS3Uri } from './s3-uri.ts';
import { byBytes } from './sample-name.ts';

/** What a look before submission may ask. */
export interface IngestPorts {
  /** Where datasets and files may be: jobs can open no others. The dataset's is the first. */
  readonly places: readonly PlacePort[];
  readonly peek: Peek;
  store(bucket: string): Pick<Store, 'get' | 'list'>;
  /** Of a bucket; undefined where it cannot be told. */
  regionOf(bucket: string): Promise<string | undefined>;
  /** The dataset's; undefined where nobody said it. */
  readonly region: string | undefined;
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
  const dataset = parseFolder(parameters['dataset-uri'] ?? '');
  if (!dataset) return { items, problems: [notAFolder(parameters['dataset-uri'] ?? '')], notes: [] };
  const statistics = parameters['allele-frequencies'] === 'true';
  const asked = parseAttributes(parameters.attributes ?? defaultAttributes, statistics);
  const outside = outsidePlaces(items, dataset.uri, ports.places);
  if (outside.length > 0) return { items, problems: [...asked.problems, ...outside], notes: [] };
  const store = ports.store(dataset.place.bucket);
  const [state, looked, names] = await Promise.all([
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
  ]);
  const there = parameters.continue === 'true' ? [] : alreadyThere(looked, new Set(names));
  return {
    items: labelled(items, looked),
    problems: [
      ...(/^[1-9]\d{0,3}$/.test(parameters.incremental ?? '1') ? [] : [noGroups(parameters.incremental!)]),
      ...(parameters['vcf-attributes'] && parameters.attributes ? [bothAttributes] : asked.problems),
      ...[refusedForStore(dataset.uri, state) ?? []].flat(),
      ...otherAttributes(state, parameters, asked.names),
      ...looked.problems.map(({ uri, message }) => ({ where: uri, message })),
      ...there,
    ],
    notes: [
      ...(state.is === 'absent' && !parameters['vcf-attributes'] ? asked.notes : []),
      ...(state.is === 'whole'
        ? [
            `${dataset.uri} was not made by a run of ours: the first job opens it, and looks whether the names are new`,
          ]
        : []),
      ...(statistics
        ? ['statistics for allele frequencies: they stay too high where a sample has to be repaired']
        : []),
      ...looked.notes,
      ...(await farAway(looked, dataset.place.bucket, ports)),
    ],
  };
}

function outsidePlaces(
  items: readonly Item[],
  uri: string,
  places: readonly PlacePort[],
): readonly Problem[] {
  const [first] = places;
  const problems: Problem[] = [];
  if (first && !placeOfUri(`${uri}/`, [first]))
    problems.push({
      where: '--dataset-uri',
      message: `${uri} is not below ${placeNames([first])}, where jobs may write datasets`,
      fix: 'name one that is, or change workloads.vcf-ingest.places.dataset in lab.config.ts and deploy',
    });
  for (const { name, labels } of items)
    for (const file of [labels?.uri ?? name, labels?.index]) {
      if (file === undefined || !parseS3Uri(file) || placeOfUri(file, places)) continue;
      problems.push({
        where: file,
        message: `is not below ${placeNames(places)}, and jobs can read nothing else`,
        fix: 'name its bucket as workloads.vcf-ingest.places.samples (or more-samples) in lab.config.ts and deploy',
      });
    }
  return problems;
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

/** USD a GB from one region of AWS to another, in the US and Europe. */
const transfer = 0.02;

async function farAway(
  { files }: FilesLooked,
  bucket: string,
  { regionOf, region }: IngestPorts,
): Promise<readonly string[]> {
  const bytes = new Map<string, number>([[bucket, 0]]);
  for (const file of files) {
    const from = file && /^s3:\/\/([^/]+)/.exec(file.uri)![1]!;
    if (from) bytes.set(from, (bytes.get(from) ?? 0) + file.bytes + file.indexBytes);
  }
  const notes = await Promise.all(
    [...bytes].map(async ([name, size]) => {
      const found = await regionOf(name);
      if (found === undefined || region === undefined || found === region) return [];
      const cost =
        size > 0 ? `: ${gb(size)} GB come over for about ${((size / 1e9) * transfer).toFixed(2)} USD` : '';
      return [`s3://${name} is in ${found} and the dataset in ${region}${cost}`];
    }),
  );
  return notes.flat();
}

const gb = (bytes: number): string => (bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0);
