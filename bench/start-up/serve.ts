import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fixedKeys } from '../../lib/aws/wire/credentials.ts';
import { wireStore } from '../../lib/aws/wire/store.ts';
import { runUri } from '../../lib/contract/run/keys.ts';
import { scratchSentinel } from '../../lib/contract/workload/env.ts';
import { storeRound } from '../../lib/runs/store-round.ts';
import { startServer } from '../../lib/twin/http/server.ts';
import { s3Service } from '../../lib/twin/s3/s3-service.ts';
import { oneStepRound } from '../../test/helpers/one-step-round.ts';
import { items, perShard } from './cut.ts';

/** What the bench is told once all is stored. */
export interface Served {
  readonly url: string;
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** A container's environment, but for its own number. */
  readonly ours: Readonly<Record<string, string>>;
}

/** `node serve.ts FOLDER`: the twin's S3 with the list of items both ways, until it is told to end. */
const [root = ''] = process.argv.slice(2);
const keys = { accessKeyId: 'AKIABENCH', secretAccessKey: 'of-the-bench' };
await mkdir(join(root, 's3', 'lab'), { recursive: true });
const server = await startServer({
  services: [s3Service({ folder: join(root, 's3') })],
  credentials: { find: id => (id === keys.accessKeyId ? keys : undefined) },
});
const scratch = join(root, 'scratch');
await mkdir(scratch);
await writeFile(join(scratch, scratchSentinel), '');
const ours = { ...(await store(server.url)), LAB_SCRATCH: scratch };
process.once('message', async () => {
  await server.close();
  process.disconnect();
});
process.send!({ url: server.url, keys, ours } satisfies Served);

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
