import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fixedKeys } from '../../lib/aws/wire/credentials.ts';
import { wireStore } from '../../lib/aws/wire/store.ts';
import { bundleEntrypoint } from '../../lib/build/bundle.ts';
import { runUri } from '../../lib/contract/run/keys.ts';
import { scratchSentinel } from '../../lib/contract/workload/env.ts';
import { storeRound } from '../../lib/runs/store-round.ts';
import { startServer } from '../../lib/twin/http/server.ts';
import { s3Service } from '../../lib/twin/s3/s3-service.ts';
import { oneStepRound } from '../../test/helpers/one-step-round.ts';
import { compare, tableOf, type Way } from '../measure.ts';

const keys = { accessKeyId: 'AKIABENCH', secretAccessKey: 'of-the-bench' };
const items = 1_000_000;
const perShard = 100;
const index = 8191;

/**
 * From a container's first instruction to its work: array index 8,191 finds its 100 lines in a manifest of 1,000,000 (91 MB)
 * on S3, does nothing with them and exits; ours also writes the shard's record and its mark of completion.
 */
export async function startUp(projectRoot: string, rounds: number): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'lab-bench-'));
  const server = await startServer({
    services: [s3Service({ folder: join(root, 's3') })],
    credentials: { find: id => (id === keys.accessKeyId ? keys : undefined) },
  });
  try {
    await mkdir(join(root, 's3', 'lab'), { recursive: true });
    await mkdir(join(root, 'scratch'));
    await writeFile(join(root, 'scratch', scratchSentinel), '');
    const ours = await store(server.url);
    const bundle = join(root, 'no-op.mjs');
    await writeFile(bundle, await bundleEntrypoint(projectRoot, 'bench/start-up/no-op.ts'));
    const common = {
      PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
      HOME: root,
      AWS_ENDPOINT_URL: server.url,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    };
    const ways: Way[] = [
      {
        name: 'Arraylab: read, run, record, mark as done',
        command: [process.execPath, bundle],
        environment: { ...common, ...ours, LAB_SCRATCH: join(root, 'scratch') },
        // A shard of its own each round: one that is done would have nothing to do.
        each: round => ({
          AWS_BATCH_JOB_ID: `bench:${index - 1 - round}`,
          AWS_BATCH_JOB_ARRAY_INDEX: String(index - 1 - round),
        }),
      },
      ...peers(projectRoot, common),
    ];
    const measured = await compare(ways, rounds);
    return `${tableOf('start-up: 100 lines of 1,000,000 (91 MB), array index 8,191', measured)}${left(ways)}`;
  } finally {
    await server.close();
    await rm(root, { recursive: true, force: true });
  }
}

/** Stores the manifest both ways: as ours, and as the one text file that others read. */
async function store(url: string): Promise<Record<string, string>> {
  const lab = wireStore({ bucket: 'lab', region: 'us-east-1', credentials: fixedKeys(keys), endpoint: url });
  const names = Array.from({ length: items }, (_, i) => ({
    name: `participant-${String(i).padStart(9, '0')}-${'x'.repeat(68)}`,
  }));
  await lab.put('config/participants.txt', `${names.map(item => item.name).join('\n')}\n`);
  const run = { workload: 'bench', runId: 'bench' };
  const shards = Array.from({ length: items / perShard }, (_, i) =>
    names.slice(i * perShard, (i + 1) * perShard),
  );
  const { plan, files } = oneStepRound(run, shards, { step: { takes: 'shard' } });
  await storeRound(lab, plan, files);
  return {
    LAB_RUN: runUri('lab', run),
    LAB_STEP: 'run',
    LAB_ROUND: '0',
    LAB_ARRAY: '0',
    LAB_SHARD_OFFSET: '0',
    LAB_MOUNTS_BY: 'download',
    LAB_SCRATCH_CHECK: 'marker',
    OUTPUT_BUCKET: 'lab',
    AWS_BATCH_JOB_ATTEMPT: '1',
  };
}

/** The clients that the conformance tests install. */
const clients = (projectRoot: string): string => join(projectRoot, '.lab/conformance/clients/bin');

function peers(projectRoot: string, common: Readonly<Record<string, string>>): Way[] {
  const bin = clients(projectRoot);
  if (!existsSync(join(bin, 'aws'))) return [];
  const [from, to] = [index * perShard + 1, (index + 1) * perShard];
  const check = `[ $(wc -l < "$1") -eq ${perShard} ]`;
  const bash = (name: string, script: string): Way => ({
    name,
    command: ['bash', '-euo', 'pipefail', '-c', script, 'bash', join(common.HOME!, 'lines')],
    environment: { ...common, PATH: `${bin}:${common.PATH}` },
  });
  const python = `import boto3,os,sys
body=boto3.client('s3').get_object(Bucket='lab',Key='config/participants.txt')['Body'].read()
lines=body.decode().split('\\n')[${from - 1}:${to}]
assert len(lines)==${perShard}
os.execvp('true',['true'])`;
  return [
    bash(
      'aws s3 cp, then sed',
      `aws s3 cp --quiet s3://lab/config/participants.txt - | sed -n '${from},${to}p' > "$1"; ${check}`,
    ),
    {
      name: 'boto3: the whole object, split',
      command: [join(bin, 'python'), '-c', python],
      environment: common,
    },
  ];
}

const left = (ways: readonly Way[]): string =>
  ways.length > 1
    ? ''
    : 'aws CLI and boto3 are left out: npm run test:conformance -- clients installs them\n';
