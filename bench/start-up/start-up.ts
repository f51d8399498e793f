import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleEntrypoint } from '../../lib/build/bundle.ts';
import { clientsBin } from '../clients.ts';
import { compare, tableOf, type Way } from '../measure.ts';
import { index, perShard } from './cut.ts';
import type { Served } from './serve.ts';

/**
 * From a container's first instruction to its work: array index 8,191 finds its 100 lines in a manifest of 1,000,000 (91 MB)
 * on S3, does nothing with them and exits; ours also writes the shard's record and its mark of completion.
 */
export async function startUp(projectRoot: string, rounds: number): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'lab-bench-'));
  // In a process of its own: one that holds a million items takes 8 ms more to start a program, whichever.
  const host = fork(join(import.meta.dirname, 'serve.ts'), [root]);
  try {
    const { url, keys, ours } = await new Promise<Served>((done, fail) => {
      host.once('message', message => done(message as Served));
      host.once('exit', code => fail(new Error(`S3 exited with ${code}`)));
    });
    const bundle = join(root, 'no-op.mjs');
    await writeFile(bundle, await bundleEntrypoint(projectRoot, 'bench/start-up/no-op.ts'));
    const common = {
      PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
      HOME: root,
      AWS_ENDPOINT_URL: url,
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
        environment: { ...common, ...ours },
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
    if (host.connected) host.send('close');
    await Promise.race([new Promise(done => host.once('exit', done)), sleep(10_000).then(() => host.kill())]);
    await rm(root, { recursive: true, force: true });
  }
}

function peers(projectRoot: string, common: Readonly<Record<string, string>>): Way[] {
  const bin = clientsBin(projectRoot);
  if (!bin) return [];
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
