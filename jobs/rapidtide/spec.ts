import type { Problem } from '../../lib/contract/workload/errors.ts';
import type { WorkloadSpec } from '../../lib/contract/workload/workload.ts';
import { inputOf, missingInputs } from './inputs.ts';

/** fMRI: Rapidtide, or any script of the lab's, over participants. Source: the contract of rapidtide-cloud. */
export const rapidtide: WorkloadSpec = {
  name: 'rapidtide',
  title: 'Rapidtide, or a script of your own, over participants',
  item: { one: 'participant', many: 'participants' },
  parameters: [
    {
      name: 'do',
      describe: 'what to run',
      type: 'choice',
      choices: ['copy-test', 'script', 'hcp', 'bids'],
      default: 'copy-test',
    },
    {
      name: 'script',
      describe: 'for --do script: ./my.sh, or a script of config/ in the bucket',
      type: 'script',
    },
    { name: 'run', describe: 'HCP run: REST1, REST2, for --do hcp', type: 'string', default: 'REST1' },
    {
      name: 'pedir',
      describe: 'phase-encoding direction, for --do hcp',
      type: 'choice',
      choices: ['LR', 'RL'],
      default: 'LR',
    },
    { name: 'task', describe: 'BIDS task, for --do bids', type: 'string', default: 'rest' },
    {
      name: 'missing',
      describe: 'where inputs are not there, for hcp and bids',
      type: 'choice',
      choices: ['refuse', 'run'],
      default: 'refuse',
    },
    {
      name: 'skip-done-if',
      describe: 'skip participants whose key is in the output bucket: hcp/{item}/done',
      type: 'string',
    },
    {
      name: 'data-out-from',
      describe: 'what /data_out starts with, of the output bucket: hcp/{item}/',
      type: 'string',
    },
  ],
  // A 64 GiB host gives containers about 62,000 MiB; Rapidtide fails with less on HCP data.
  resources: { vcpus: 8, memoryMiB: 62_000, timeoutSeconds: 36_000, attempts: 3 },
  pools: ['arm64-ondemand', 'x86-ondemand'],
  image: { context: 'containers/rapidtide', architectures: ['arm64', 'x86_64'] },
  mounts: [{ path: '/data_in', bucketEnv: 'INPUT_BUCKET', access: 'mount-s3', readOnly: true }],
  privileged: {
    why: 'mounting /data_in by FUSE inside a Batch container needs CAP_SYS_ADMIN, which Batch only gives whole',
  },
  scratchGiB: 20,
  shmMiB: 16_384,
  steps: [{ name: 'run', takes: 'item' }],
  // Scripts may write anywhere in the output bucket, as in rapidtide-cloud; runs of others and config stay closed.
  outputPrefixes: [''],
  onItemFailure: 'continue',
  check: ({ parameters }) => parameterProblems(parameters),
  preflight: async (items, { parameters }, { inputs, note }) => {
    const input = inputs?.['/data_in'];
    if (!input || inputOf(parameters, '') === undefined) return [];
    const found = await missingInputs(items, parameters, input);
    for (const text of found.notes) note?.(text);
    return found.problems;
  },
  environment: { PARTICIPANT_ARRAY_FILE: 'participants.txt' },
};

function parameterProblems(parameters: Readonly<Record<string, string>>): readonly Problem[] {
  const { script, do: what } = parameters;
  const problems: Problem[] = [];
  if (what === 'script' && !script)
    problems.push({
      where: '--do script',
      message: 'needs --script, a file of this machine or of config/ in the output bucket',
    });
  if (what !== undefined && what !== 'script' && script)
    problems.push({ where: '--script', message: `${script} is for --do script, and --do is ${what}` });
  for (const name of ['skip-done-if', 'data-out-from']) {
    const key = parameters[name];
    if (key === undefined) continue;
    const where = `--${name}`;
    if (!key.includes('{item}'))
      problems.push({ where, message: `${key} names no {item}: it would be the same for every participant` });
    if (/^(?:s3:\/\/|\/)/.test(key))
      problems.push({
        where,
        message: `${key} is a key of the output bucket, without s3:// and without / before it`,
      });
  }
  const from = parameters['data-out-from'];
  if (from && !from.endsWith('/'))
    problems.push({ where: '--data-out-from', message: `${from} is a prefix: write / at its end` });
  return problems;
}
