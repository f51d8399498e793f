import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { user } from '../cli/helper.ts';
import { startTools } from './called-tools.ts';
import { type MadeSample, makeIndex, makeSample } from './sample-files.ts';

/** By the door that people use: the CLI, a twin with the roles of the stack, and the tool's stand-in in PATH. */
const dataset = { bucket: 'variants', prefix: 'cohorts/' };
const config = {
  name: 'test',
  workloads: {
    'vcf-ingest': { places: { dataset, samples: { bucket: 'genomes', prefix: 'in/' } } },
    'vcf-export': { places: { dataset, destination: { bucket: 'variants', prefix: 'exports/' } } },
  },
};
const tools = mkdtempSync(join(tmpdir(), 'vcf-tools-'));
const calls = join(tools, 'calls');
let me: Awaited<ReturnType<typeof user>>;
let s3: S3Client;
let serving: Awaited<ReturnType<typeof startTools>>;

const put = (Bucket: string, Key: string, Body: Buffer | string) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body }));
/** In a folder of its own, its index somewhere else; answers its line of the list. */
async function putSample({ name, index, file }: MadeSample): Promise<string> {
  await put('genomes', `in/${name}/variants.vcf.gz`, file);
  await put('genomes', `in/indexes/${name}.csi`, index);
  return `s3://genomes/in/${name}/variants.vcf.gz\ts3://genomes/in/indexes/${name}.csi`;
}
const ingest = (...more: readonly string[]) =>
  me.lab(['submit', 'vcf-ingest', '--samples', 'samples.txt', '--local', ...more]);
const exporting = (...more: readonly string[]) =>
  me.lab([
    'submit',
    'vcf-export',
    '--dataset-uri',
    's3://variants/cohorts/all',
    '--bed',
    'regions.bed',
    '--local',
    ...more,
  ]);

const good = ['ann', 'bob', 'zoe'].map((name, seed) => makeSample(name, { seed, blocks: seed === 1 }));
const bad = makeSample('eve');
const nil = makeSample('nil', { contigs: { chr1: 0 } });

beforeAll(async () => {
  serving = await startTools(tools, { STAND_IN_CALLS: calls });
  me = await user(config, { LAB_TOOLS: tools });
  ({ s3 } = await me.twin());
  // Its index counts two records more than there are: what no exit code says.
  const all = [...good, nil, { ...bad, index: makeIndex({ chr1: 12 }, bad.file.length) }];
  await writeFile(join(me.cwd, 'samples.txt'), (await Promise.all(all.map(putSample))).join('\r\n'));
});
afterAll(async () => {
  s3.destroy();
  await me.leave();
  await serving.close();
  rmSync(tools, { recursive: true });
});

let run: string;

it('a plan says what it means, and explains the options of the old script', async () => {
  const old = ['--metadata-s3', 'meta', '--job-queue', 'q', '--job-definition', 'd', '--region', 'us-east-1'];
  const { code, err } = await ingest(
    '--dataset-uri',
    's3://variants/cohorts/all',
    '--dry-run',
    '--retries',
    '2',
    ...old,
  );
  expect(code).toBe(0);
  for (const said of [
    '--metadata-s3: lists of a run are in the output bucket',
    '--job-queue: the queue is that of the pool',
    '--job-definition: job definitions are made by the deploy',
    '--region: the region is that of the lab',
    '1 batch of up to 10 samples: about 6 fragments',
    'scratch: ',
    'USD in all',
  ])
    expect(err).toContain(said);
});

it('places that are not the lab’s, and files outside of them, are refused before anything is submitted', async () => {
  const { code, err } = await ingest('--dataset-uri', 's3://elsewhere/cohort');
  expect(code).toBe(2);
  expect(err).toContain(
    's3://elsewhere/cohort is not below s3://variants/cohorts/, where jobs may write datasets',
  );
});

it('all that is wrong with a request is told together, each by the name that it was given by, and nothing is submitted', async () => {
  const to = ['--dataset-uri', 's3://variants/cohorts/half'];
  const options = await ingest(...to, '--retries', '11', '--num-jobs', '0');
  expect(options.code).toBe(2);
  expect(options.err).toContain('--num-jobs: "0" is not a whole number of at least 1');
  expect((await ingest(...to, '--retries', '11')).err).toContain(
    '--retries: 11 is not a whole number from 1 to 10',
  );
  await put('variants', 'cohorts/half/__tiledb_group.tdb', ' ');
  const two = makeSample('two', { samples: ['x', 'y'] });
  const odd = ['a/b', 'a,b', 'a..b'].map(name => makeSample(name, { samples: [name] }));
  await put('genomes', 'in/two.vcf.gz', two.file);
  await put('genomes', 'in/two.vcf.gz.csi', two.index);
  for (const [k, { file, index }] of odd.entries()) {
    await put('genomes', `in/odd${k}.vcf.gz`, file);
    await put('genomes', `in/odd${k}.vcf.gz.csi`, index);
  }
  await put('genomes', 'in/twin.vcf.gz', good[0]!.file);
  await put('genomes', 'in/twin.vcf.gz.csi', good[0]!.index);
  await put('genomes', 'in/bare.vcf.gz', makeSample('bare').file);
  await put('genomes', 'in/other.vcf.gz', makeSample('other').file);
  await put('genomes', 'in/other.vcf.gz.csi', makeIndex({ chr1: 9 }, 900_000));
  await put('genomes', 'in/gz.vcf.gz', gzipSync(makeSample('gz').text));
  await put('genomes', 'in/gz.vcf.gz.csi', makeSample('gz').index);
  const files = ['gone', 'two', 'odd0', 'odd1', 'odd2', 'twin', 'bare', 'other', 'gz'];
  const lines = [await putSample(good[0]!), ...files.map(name => `s3://genomes/in/${name}.vcf.gz`)];
  await writeFile(join(me.cwd, 'bad.txt'), lines.join('\n'));
  const attributes = ['--attributes', 'DP'];
  const { code, err } = await me.lab([
    'submit',
    'vcf-ingest',
    '--samples',
    'bad.txt',
    ...to,
    ...attributes,
    '--local',
  ]);
  expect(code).toBe(2);
  for (const said of [
    '--attributes: "DP" is no attribute',
    '--dataset-uri: s3://variants/cohorts/half holds half a dataset',
    'gone.vcf.gz: does not exist',
    'gone.vcf.gz: has no index beside it',
    'two.vcf.gz: has 2 samples in it',
    'odd0.vcf.gz: cannot be stored: the sample name "a/b" holds a /',
    'odd1.vcf.gz: cannot be stored: the sample name "a,b" holds a comma',
    'odd2.vcf.gz: cannot be stored: the sample name "a..b" holds ..',
    'twin.vcf.gz: holds the sample ann, as does s3://genomes/in/ann/variants.vcf.gz',
    'bare.vcf.gz: has no index beside it',
    'other.vcf.gz: does not end where its index',
    'gz.vcf.gz: is gzip and not BGZF',
  ])
    expect(err).toContain(said);
  expect(err).toContain('10 of 10 files looked at');
  expect(existsSync(calls)).toBe(false);
});

it('a population goes in, whole or by name not at all, and the end says what became of it', async () => {
  const ran = await ingest(
    '--dataset-uri',
    's3://variants/cohorts/all',
    '--num-jobs',
    '1',
    '--incremental',
    '2',
    '--wait',
  );
  run = ran.out.trim();
  expect(ran.code).toBe(4);
  expect(ran.err).toContain('1 sample failed (exit code 64): eve: 10 of 12 records are in the dataset');
  expect(ran.err).toContain(
    '5 samples asked: 3 stored, 0 stored after a repair, 0 skipped (whole before), 1 without a record (not in the dataset), 1 failed',
  );
  expect(ran.err).toMatch(/3 samples in the dataset, \d+ fragments, \S+ kB; \S+ kB of files read/);
  expect(ran.err).toMatch(/6 attempts on 1 host: \S+ h of unknown/);
  expect(readFileSync(calls, 'utf8')).not.toMatch(/--resume|--remove-sample-file|vacuum|register/);
});

it('logs of what failed say the sample, the reason and the tail of its log', async () => {
  const { out, err } = await me.lab(['logs', run, '--failed', '--local']);
  expect(err).toContain(
    '── eve/variants (failed in store, exit code 64): eve: 10 of 12 records are in the dataset',
  );
  expect(out).toContain('[store] eve failed: 10 of 12 records are in the dataset');
  // What vacuum has written down is read by verify, as its role.
  const { out: verified } = await me.lab(['logs', run, 'eve/variants', '--step', 'verify', '--local']);
  expect(verified).toContain('all samples are counted again: samples were deleted since the run began');
  const { out: one } = await me.lab(['logs', run, 'eve/variants', '--tail', '1', '--local']);
  expect(one.trim().split('\n')).toHaveLength(1);
});

it('samples that are there already are refused by name before anything is submitted, unless they may be skipped', async () => {
  const again = ['--dataset-uri', 's3://variants/cohorts/all'];
  const refused = await ingest(...again);
  expect(refused.code).toBe(2);
  expect(refused.err.match(/is in the dataset already/g)).toHaveLength(3);
  expect((await ingest(...again, '--continue', '--dry-run')).code).toBe(0);
});

it('names and regions of this machine come out again as proved files, and fetch brings them', async () => {
  await writeFile(join(me.cwd, 'regions.bed'), 'chr1\t3000\t4000\r\nchr1\t0\t3000\r\n');
  const typo = await exporting('--samples', 'bob,anne', '--dest-s3', 's3://variants/exports/one/');
  expect([typo.code, typo.err]).toEqual([2, expect.stringContaining('anne: is not among the 3 samples')]);
  const ran = await exporting(
    ...['--samples', 'bob,zoe', '--dest-s3', 's3://variants/exports/one/', '--num-jobs', '5'],
    ...['--format', 'z', '--wait'],
  );
  expect(ran.err).toContain('2 samples asked: 2 exported, 0 of them without a record, 0 failed');
  expect(ran.code).toBe(0);
  expect((await me.lab(['fetch', ran.out.trim(), '--to', 'out', '--local'])).code).toBe(0);
  const text = gunzipSync(readFileSync(join(me.cwd, 'out', 'exports', 'one', 'bob.vcf.gz'))).toString();
  expect(text.split('\n').filter(line => line.startsWith('chr1'))).toHaveLength(2);
});

it('as the old script was asked: --array, names and regions on S3; merged, a block between two regions is there once', async () => {
  await put('variants', 'cohorts/names.txt', 'zoe\r\nbob\r\n');
  // The first block of bob is 100 to 2600.
  await put('variants', 'exports/regions.bed', 'chr1\t2000\t3500\nchr1\t50\t500\n');
  const { code, out, err } = await me.lab([
    ...[
      'submit',
      'vcf-export',
      '--array',
      's3://variants/cohorts/all',
      '--samples',
      's3://variants/cohorts/names.txt',
    ],
    ...['--bed', 's3://variants/exports/regions.bed', '--dest-s3', 's3://variants/exports/merged', '--merge'],
    ...[
      '--format',
      'z',
      '--job-queue',
      'q',
      '--job-definition',
      'd',
      '--region',
      'us-east-1',
      '--local',
      '--wait',
    ],
  ]);
  expect([code, err]).toEqual([
    0,
    expect.stringContaining(
      '2 samples asked: 2 exported into one file, 0 of them without a record, 0 failed',
    ),
  ]);
  expect(err).toContain('2 regions after those that overlap or touch are made one');
  expect((await me.lab(['fetch', out.trim(), '--to', 'merged', '--local'])).code).toBe(0);
  const text = gunzipSync(readFileSync(join(me.cwd, 'merged/exports/merged/merged.vcf.gz'))).toString();
  const calls = text.split('\n').filter(line => line.startsWith('chr1'));
  expect(
    calls.map(line =>
      line
        .split('\t')
        .filter((_, k) => k === 1 || k > 8)
        .map(each => each.split(':')[0])
        .join(' '),
    ),
  ).toEqual(['100 0/0 ./.', '100 ./. 0/1', '3100 0/1 0/1']);
});
