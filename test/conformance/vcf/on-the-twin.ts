// A population by the door that people use: the CLI, a twin with roles enforced, the tiledbvcf and bcftools of a folder. Over four
// shards, killed and continued; exported over three partitions; compared with bcftools record by record and field by field.
// usage: on-the-twin.ts SAMPLES TOOLS
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { labOf } from '../lab-of.ts';
import { differences, recordsOf } from './records.ts';

const [samples = '', tools = ''] = process.argv.slice(2);
const dataset = { bucket: 'variants', prefix: 'cohorts/' };
const { root, state, lab, check, stop } = labOf(
  'vcf-twin',
  {
    name: 'vcf',
    workloads: {
      'vcf-ingest': { places: { dataset, samples: { bucket: 'genomes' } } },
      'vcf-export': { places: { dataset, destination: { bucket: 'variants', prefix: 'exports/' } } },
    },
  },
  { LAB_TOOLS: tools },
);
const bcftools = (...args: readonly string[]): string =>
  execFileSync('bcftools', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

const names = readFileSync(join(samples, 'names'), 'utf8').trim().split('\n');
mkdirSync(join(state, 's3'), { recursive: true });
// Buckets of the twin are folders. One file name in every folder, as pipelines leave it.
for (const name of names)
  for (const end of ['', '.csi'])
    cpSync(join(samples, `${name}.bcf${end}`), join(state, 's3/genomes', name, `variants.bcf${end}`));
writeFileSync(join(root, 'samples.txt'), names.map(name => `s3://genomes/${name}/variants.bcf\n`).join(''));
const lost = (index: number, times: number, afterMs: readonly [number, number]) => ({
  fault: 'host-lost',
  workload: 'vcf-ingest',
  index,
  afterMs,
  times,
});
// Of the shards of `store`, which alone are children of an array: one is killed once and one twice, where the machine is not quicker,
// and one in each of its attempts, before any machine has stored a sample.
writeFileSync(
  join(state, 'faults.json'),
  JSON.stringify({
    seed: Number(process.env.SEED ?? 1),
    containers: [lost(0, 1, [100, 600]), lost(1, 2, [100, 600]), lost(2, 3, [0, 1])],
  }),
);
const serving = lab('twin', 'serve');
for (let tries = 0; tries < 600; tries++) {
  await sleep(100);
  if ((await lab('twin', 'status')).out.startsWith('up')) break;
}

let run = '';
await check(`${names.length} BCFs over 4 shards, killed until a shard has no attempts left`, async () => {
  const { code, out, err } = await lab(
    ...['submit', 'vcf-ingest', '--dataset-uri', 's3://variants/cohorts/all', '--samples', 'samples.txt'],
    ...['--num-jobs', '4', '--retries', '3', '--local', '--wait'],
  );
  run = out.trim();
  assert.equal(code, 4, err);
  return `: ${/\d+ attempts/.exec(err)?.[0]} left a record or were followed by one`;
});
await check('continued, every sample is stored', async () => {
  const { code, err } = await lab('retry', run, '--local', '--wait');
  assert.equal(code, 0, err);
  const said = /(\d+) samples asked: (.*)/.exec(err)!;
  assert.equal(Number(said[1]), names.length);
  assert.match(said[2]!, /, 0 failed$/);
  return `: ${said[2]}`;
});

writeFileSync(
  join(root, 'few.txt'),
  names
    .slice(0, 12)
    .map(name => `s3://genomes/${name}/variants.bcf\n`)
    .join(''),
);
writeFileSync(join(state, 'faults.json'), JSON.stringify({ seed: 1, containers: [] }));
await check('where nothing disturbs a run, its last step counts a batch, and no sample again', async () => {
  const { code, out, err } = await lab(
    ...[
      'submit',
      'vcf-ingest',
      '--dataset-uri',
      's3://variants/cohorts/few',
      '--samples',
      'few.txt',
      '--local',
      '--wait',
    ],
  );
  assert.equal(code, 0, err);
  const logs = await lab('logs', out.trim(), `${names[0]}/variants`, '--step', 'verify', '--local');
  assert.equal(logs.code, 0, logs.err);
  assert.doesNotMatch(logs.out, /counted again/);
  return '';
});

const bed = join(root, 'regions.bed');
// Regions that overlap, that touch, and that a block spans.
writeFileSync(
  bed,
  'chr2\t0\t400000\nchr1\t5000\t20000\nchr1\t15000\t40000\nchr1\t40000\t90000\nchr1\t91000\t120000\n',
);
await check('exported over 3 partitions, as bcftools has it, field by field', async () => {
  const { code, out, err } = await lab(
    ...['submit', 'vcf-export', '--dataset-uri', 's3://variants/cohorts/all', '--samples', names.join(',')],
    ...['--bed', bed, '--dest-s3', 's3://variants/exports/all/', '--num-jobs', '3', '--local', '--wait'],
  );
  assert.equal(code, 0, err);
  const to = join(root, 'out');
  assert.equal((await lab('fetch', out.trim(), '--to', to, '--local')).code, 0);
  let records = 0;
  let empty = 0;
  for (const name of names) {
    const exported = join(to, 'exports/all', `${name}.bcf`);
    const wanted = recordsOf(join(samples, `${name}.bcf`), bed);
    const found = recordsOf(exported);
    assert.deepEqual(differences(wanted, found), [], name);
    assert.equal(Number(bcftools('index', '-n', exported)), wanted.length, name);
    assert.equal(bcftools('query', '-l', exported).trim(), name);
    records += wanted.length;
    if (wanted.length > 0) continue;
    empty++;
    assert.match(bcftools('view', '-h', exported), /##arraylab_no_records/);
  }
  assert(empty > 0, 'no sample is without records in the regions');
  return `: ${records} records, ${empty} sample without any`;
});
await check('merged into one file, it has every record of every sample', async () => {
  const { code, out, err } = await lab(
    ...['submit', 'vcf-export', '--dataset-uri', 's3://variants/cohorts/all', '--samples', names.join(',')],
    ...['--bed', bed, '--dest-s3', 's3://variants/exports/merged/', '--merge', '--local', '--wait'],
  );
  assert.equal(code, 0, err);
  const to = join(root, 'merged');
  await lab('fetch', out.trim(), '--to', to, '--local');
  const merged = join(to, 'exports/merged/merged.bcf');
  assert(existsSync(`${merged}.csi`));
  assert.deepEqual(bcftools('query', '-l', merged).trim().split('\n').sort(), [...names].sort());
  for (const name of names) {
    const positions = (path: string, ...more: readonly string[]): readonly string[] =>
      bcftools('query', '-f', '%CHROM:%POS\n', ...more, path)
        .trim()
        .split('\n');
    const found = positions(merged, '-s', name, '-e', 'GT="mis"');
    const wanted = positions(join(samples, `${name}.bcf`), '-T', bed, '--targets-overlap', '1');
    assert.deepEqual([...found].sort(), [...wanted].sort(), name);
  }
  return '';
});
await check('a name that nobody has is refused before anything is exported', async () => {
  const { code, err } = await lab(
    ...['submit', 'vcf-export', '--dataset-uri', 's3://variants/cohorts/all', '--samples', 'NA00001,nobody'],
    ...['--bed', bed, '--dest-s3', 's3://variants/exports/typo/', '--local', '--wait'],
  );
  assert.equal(code, 2);
  assert.match(err, /nobody: is not among/);
  assert(!existsSync(join(state, 's3/variants/exports/typo')));
  return '';
});
stop();
await serving;
rmSync(root, { recursive: true, force: true });
