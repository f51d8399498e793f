import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { workloads } from '../../../jobs/index.ts';
import type { LabConfigInput } from '../../../lib/config/define-lab.ts';
import { resolveConfig } from '../../../lib/config/resolve-config.ts';
import { buildApp } from '../../../lib/infra/lab-app.ts';
import { covering, labOf } from '../../infra/modes.ts';
import { everyPool } from '../../infra/pool-kinds.ts';

/** Synthesizes the labs of `test/infra/modes.ts`, and some others, each into a folder of its own: node write-templates.ts FOLDER */
const root = resolve(import.meta.dirname, '../../..');
const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as {
  context: Record<string, unknown>;
};
const keys = {
  datasets: { d: { bucket: 'some-bucket', access: 'keys' as const } },
  workloads: { rapidtide: { datasets: { '/data_in': 'd' } } },
};
const image = 'public.ecr.aws/rapidtide/rapidtide:v3.2.0';
const hub = { 'docker-hub': { upstream: 'docker.io', secret: 'ecr-pullthroughcache/hub' } };

const labs: Record<string, LabConfigInput> = {
  ...Object.fromEntries(
    covering.map(mode => [`${mode.network}-${mode.compliance}-${mode.access}`, labOf(mode)]),
  ),
  'every-pool': everyPool,
  spot: {
    name: 'spot',
    region: 'eu-central-1',
    datasets: { d: { bucket: 'some-bucket', access: 'role', prefix: 'a/' } },
    workloads: {
      rapidtide: { ...keys.workloads.rapidtide, pools: ['arm64-spot', 'x86-spot', 'arm64-ondemand'] },
    },
  },
  existing: {
    existingOutputBucket: 'my-bucket',
    existingOutputBucketKey: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd',
    ...keys,
    workloads: { rapidtide: { ...keys.workloads.rapidtide, image } },
  },
  codebuild: { ...keys, imageBuild: 'codebuild', pullThroughCache: hub },
  'codebuild-hipaa': { ...keys, imageBuild: 'codebuild', compliance: 'hipaa', network: 'private-endpoints' },
  cache: {
    ...keys,
    pullThroughCache: hub,
    workloads: { rapidtide: { ...keys.workloads.rapidtide, image: 'fredericklab/rapidtide:v3.2.0' } },
  },
};

for (const [name, input] of Object.entries(labs)) {
  const outdir = join(process.argv[2]!, name);
  buildApp(resolveConfig(input, workloads), workloads, root, new App({ outdir, context })).app.synth();
}
