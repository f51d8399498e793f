import type { ParameterSpec } from '../../../lib/contract/workload/workload.ts';

/** The old scripts' `--dataset-uri`, and the name that their README had for it. */
export const datasetUri = (parameters: Readonly<Record<string, string>>): string =>
  parameters['dataset-uri'] ?? parameters.array ?? '';

/** Options of the old scripts that say nothing any more. */
export const oldOptions: readonly ParameterSpec[] = [
  {
    name: 'job-queue',
    describe: 'of the old scripts',
    type: 'string',
    note: 'the queue is that of the pool: --pool NAME picks another one',
  },
  {
    name: 'job-definition',
    describe: 'of the old scripts',
    type: 'string',
    note: 'job definitions are made by the deploy; --vcpus, --memory and --timeout change what a job gets',
  },
  {
    name: 'region',
    describe: 'of the old scripts',
    type: 'string',
    note: 'the region is that of the lab (lab.config.ts)',
  },
];

export const jobOptions: readonly ParameterSpec[] = [
  { name: 'num-jobs', describe: 'jobs that share the samples', type: 'number', sets: 'shards' },
  {
    name: 'retries',
    describe: 'tries of a job after a lost host, 1 to 10',
    type: 'number',
    sets: 'attempts',
  },
  {
    name: 'tiledb-config',
    describe: 'options of TileDB, name=value with commas between: sm.mem.total_budget=8589934592',
    type: 'string',
  },
];
