import { configPrefix } from '../lib/contract/run/keys.ts';
import type { WorkloadSpec } from '../lib/contract/workload/workload.ts';

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
      describe: 'a script under config/ of the output bucket, for --do script',
      type: 'string',
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
  preflight: async (_items, { parameters }, { store, outputBucket }) => {
    const { script } = parameters;
    if (parameters.do !== 'script')
      return script ? [`--script ${script} is for --do script, and --do is ${parameters.do}`] : [];
    if (!script) return ['--do script needs --script, the name of a file under config/ of the output bucket'];
    const config = `s3://${outputBucket}/${configPrefix}`;
    if (/^[/.~]/.test(script))
      return [
        `--script is a name under ${config}, not a path of this machine: aws s3 cp ${script} ${config}, then --script ${script.split('/').at(-1)}`,
      ];
    if (await store(outputBucket).head(`${configPrefix}${script}`)) return [];
    return [`there is no ${config}${script}: put it there first, aws s3 cp ${script} ${config}${script}`];
  },
  environment: { PARTICIPANT_ARRAY_FILE: 'participants.txt' },
};
