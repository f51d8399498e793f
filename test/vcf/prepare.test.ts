import { type DatasetMarker, knownNames, markerKey, namesKey } from '../../jobs/vcf/dataset.ts';
import type { Peek } from '../../jobs/vcf/look.ts';
import { prepareExport } from '../../jobs/vcf/prepare-export.ts';
import { type IngestPorts, prepareIngest } from '../../jobs/vcf/prepare-ingest.ts';
import { reachPlaces } from '../../jobs/vcf/reach-places.ts';
import { WireError } from '../../lib/aws/wire/http.ts';
import type { PlacePort } from '../../lib/contract/workload/workload.ts';
import { memoryStore, placeStoreOf } from '../helpers/memory-store.ts';
import { makeSample } from './sample-files.ts';

const marker: DatasetMarker = {
  version: 1,
  uri: 's3://bucket/cohort',
  createdAt: '2026-01-01T00:00:00Z',
  runId: 'r',
  attributes: ['fmt_GT', 'fmt_DP'],
  statistics: false,
  tool: '0.40.3',
};
const commits = 'cohort/metadata/vcf_headers/__commits/';

function bucket(objects: Readonly<Record<string, string>> = {}) {
  const store = memoryStore();
  for (const [key, body] of Object.entries(objects)) store.objects.set(key, Buffer.from(body));
  return store;
}
const dataset = { [markerKey('cohort/')]: JSON.stringify(marker) };
const record = (newest: string, names: readonly string[]) => ({
  ...dataset,
  [namesKey('cohort/')]: JSON.stringify({ version: 1, runId: 'r', newest, names }),
});

const files = new Map(['zoe', 'adam'].map(name => [name, makeSample(name)]));
const peek: Peek = async ({ key }) => {
  const made = files.get(key.split('/')[0]!);
  const bytes = key.endsWith('.csi') ? made?.index : key.endsWith('.gz') ? made?.file : undefined;
  return (
    bytes && { bytes, size: bytes.length, etag: '"e"', lastModified: new Date(key.endsWith('.csi') ? 2 : 1) }
  );
};
const lines = ['zoe', 'adam'].map(name => ({ name, labels: { uri: `s3://genomes/${name}/v.vcf.gz` } }));

const ingestPorts = (objects: Readonly<Record<string, string>>, attributesFile?: Buffer): IngestPorts => ({
  places: [
    { bucket: 'bucket', prefix: '', region: 'us-east-1', store: placeStoreOf(bucket(objects)) },
    { bucket: 'genomes', prefix: '', region: 'eu-west-1', store: placeStoreOf(bucket()) },
  ],
  region: 'us-east-1',
  peek,
  attributesFile,
});
const ingest = (
  objects: Readonly<Record<string, string>>,
  parameters: Readonly<Record<string, string>> = {},
  items = lines,
) => prepareIngest(items, { 'dataset-uri': 's3://bucket/cohort', ...parameters }, ingestPorts(objects));
const messages = (prepared: { readonly problems: readonly { readonly message: string }[] }): string =>
  prepared.problems.map(({ message }) => message).join('\n');

it('items come back in the order of the tool, with what was seen of their files', async () => {
  const { items, problems, notes } = await ingest({});
  expect(problems).toEqual([]);
  expect(items.map(({ labels }) => [labels!.sample, labels!.records, labels!.index])).toEqual([
    ['adam', '10', 's3://genomes/adam/v.vcf.gz.csi'],
    ['zoe', '10', 's3://genomes/zoe/v.vcf.gz.csi'],
  ]);
  expect(notes.join()).toMatch(
    /s3:\/\/genomes is in eu-west-1 and jobs run in us-east-1: they fetch \S+ kB for about 0\.00 USD/,
  );
});

it.each([
  ['half a dataset', { 'cohort/__tiledb_group.tdb': '' }, 'holds half a dataset: its create was killed'],
  [
    'a dataset whose create was killed at its last write',
    { 'cohort/__tiledb_group.tdb': '', 'cohort/data/__schema/1': '' },
    'holds half a dataset',
  ],
  [
    'somebody’s folder',
    { 'cohort/photos/1.jpg': '' },
    'is no dataset, and not empty: there is cohort/photos/1.jpg',
  ],
])('%s is refused with what to do', async (_what, objects, message) => {
  const prepared = await ingest(objects);
  expect(messages(prepared)).toContain(message);
  expect(prepared.problems[0]!.fix).toBeDefined();
});

it('a dataset that others made is opened by the first job, and told', async () => {
  const { problems, notes } = await ingest({ 'cohort/__tiledb_group.tdb': '', 'cohort/data/__meta/1': '' });
  expect(problems).toEqual([]);
  expect(notes.join()).toContain('was not made by a run of ours');
});

it('names that are there already are refused, unless --continue', async () => {
  const there = record('', ['adam', 'eve']);
  expect(messages(await ingest(there))).toBe('its sample adam is in the dataset already');
  expect(messages(await ingest(there, { continue: 'true' }))).toBe('');
});

it('all problems come together: dataset, attributes, files', async () => {
  const wrong = [...lines, { name: 'gone', labels: { uri: 's3://genomes/gone.vcf.gz' } }];
  const said = messages(await ingest({ 'cohort/x': '' }, { attributes: 'DP' }, wrong));
  expect(said).toMatch(/"DP" is no attribute[\s\S]*is no dataset[\s\S]*does not exist/);
});

it('attributes of a dataset that is there cannot be changed', async () => {
  expect(messages(await ingest(dataset, { attributes: 'fmt_GT,fmt_PL' }))).toContain('has fmt_GT,fmt_DP');
  expect(messages(await ingest(dataset, { attributes: 'fmt_DP' }))).toBe('');
});

it('a list of names is believed as long as the dataset has not changed since', async () => {
  const seen = record('__5_5_a_22.wrt', ['adam']);
  expect(await knownNames(bucket({ ...seen, [`${commits}__5_5_a_22.wrt`]: '' }), 'cohort/')).toEqual([
    'adam',
  ]);
  expect(await knownNames(bucket({ ...seen, [`${commits}__6_6_b_22.wrt`]: '' }), 'cohort/')).toBeUndefined();
  expect(await knownNames(bucket(dataset), 'cohort/')).toBeUndefined();
});

const names = ['zoe', 'adam'].map(name => ({ name }));
const exporting = (
  objects: Readonly<Record<string, string>>,
  parameters: Readonly<Record<string, string>> = {},
  items = names,
) =>
  prepareExport(
    items,
    {
      'dataset-uri': 's3://bucket/cohort',
      'dest-s3': 's3://bucket/out/',
      bed: 's3://bucket/r.bed',
      ...parameters,
    },
    within({ 'r.bed': 'chr1\t0\t9\nchr1\t9\t20\n', ...objects }),
  );
const within = (objects: Readonly<Record<string, string>>) => {
  const here = [{ bucket: 'bucket', prefix: '', store: placeStoreOf(bucket(objects)) }];
  return { dataset: here, destination: here, regions: here, shards: undefined };
};

it('an export is ready when names, regions, dataset and destination are', async () => {
  const { items, problems, notes } = await exporting(record('', ['adam', 'zoe']));
  expect(problems).toEqual([]);
  expect(items.map(({ name }) => name)).toEqual(['adam', 'zoe']);
  expect(notes).toEqual(['1 region after those that overlap or touch are made one']);
});

it('every problem of an export is told at once', async () => {
  const said = messages(
    await exporting(
      { ...record('', ['adam']), 'r.bed': 'chr1\t9\t9\n', 'out/adam.bcf': '' },
      { attributes: 'GT' },
      [...names, { name: 'a,b' }],
    ),
  );
  expect(said).toMatch(
    /comma[\s\S]*"GT" is no attribute[\s\S]*9-9 is empty[\s\S]*is not among the 1 sample of[\s\S]*1 of the files is there already/,
  );
  expect(messages(await exporting({}))).toContain('there is no dataset at s3://bucket/cohort');
  expect(messages(await exporting(dataset, { bed: './r.bed' }))).toContain('is no s3://bucket/key');
});

it('files that are there are written over only with --overwrite', async () => {
  const there = { ...record('', ['adam', 'zoe']), 'out/zoe.vcf.gz': '' };
  expect(messages(await exporting(there))).toContain('s3://bucket/out/zoe.vcf.gz');
  expect(messages(await exporting(there, { overwrite: 'true' }))).toBe('');
});

it('options of TileDB are passed on, but for secrets and what the job knows itself', async () => {
  const said = messages(
    await ingest(
      {},
      { 'tiledb-config': 'sm.mem.total_budget=1,vfs.s3.aws_secret_access_key=x,vfs.s3.region=y,z' },
    ),
  );
  expect(said.split('\n')).toEqual([
    expect.stringContaining('vfs.s3.aws_secret_access_key is a secret'),
    expect.stringContaining('vfs.s3.region follows from where the job runs'),
    '"z" is no name=value',
  ]);
});

it.each([
  ['what bcftools view -h prints', makeSample('x').text, []],
  ['a VCF with a BGZF block', makeSample('x').file, []],
  ['a text', 'hello world, this is no variant file\n', ['h.vcf is neither VCF nor BCF']],
  ['an empty file', '', ['h.vcf is empty']],
])('--vcf-attributes is looked into before a submission: %s', async (_what, body, wanted) => {
  const said = await prepareIngest(
    lines,
    { 'dataset-uri': 's3://bucket/cohort', 'vcf-attributes': 'h.vcf' },
    ingestPorts({}, Buffer.from(body)),
  );
  expect(said.problems.map(({ message }) => message)).toEqual(
    wanted.map(each => expect.stringContaining(each)),
  );
});

it('a place that cannot be reached is one problem, with what to do, however many files are in it', async () => {
  const refusing = (error: object) => ({
    bucket: 'genomes',
    prefix: 'in/',
    region: 'us-east-1',
    store: {
      ...placeStoreOf(bucket()),
      // biome-ignore lint/correctness/useYield: it is refused before anything comes
      list: async function* () {
        throw Object.assign(new Error('refused'), error);
      },
    } as PlacePort['store'],
  });
  const told = await reachPlaces('vcf-ingest', {
    far: refusing({ code: 'PermanentRedirect', status: 301, region: 'eu-west-1' }),
    gone: refusing({ code: 'NoSuchBucket', status: 404 }),
    closed: refusing({ code: 'AccessDenied', status: 403 }),
    open: { bucket: 'genomes', prefix: '', store: placeStoreOf(bucket()) },
  });
  expect(told.map(({ where, message }) => `${where} ${message}`)).toEqual([
    'workloads.vcf-ingest.places.far s3://genomes is in eu-west-1, and lab.config.ts says us-east-1',
    'workloads.vcf-ingest.places.gone there is no bucket s3://genomes',
    'workloads.vcf-ingest.places.closed s3://genomes cannot be listed: refused',
  ]);
  const redirect =
    '<Error><Code>PermanentRedirect</Code><Endpoint>b.s3.eu-west-1.amazonaws.com</Endpoint></Error>';
  expect(new WireError(301, redirect).region).toBe('eu-west-1');
  expect(new WireError(400, '<Error><Region>eu-west-3</Region></Error>').region).toBe('eu-west-3');
});
