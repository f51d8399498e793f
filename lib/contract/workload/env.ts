/** Names of the environment variables that travel between submitter, job definition and container. */
export const env = {
  /** `s3://<bucket>/runs/<workload>/<runId>`; absent when a job was submitted without our CLI. */
  run: 'LAB_RUN',
  step: 'LAB_STEP',
  round: 'LAB_ROUND',
  /** Number of the array within the step, from 0; part of the claim's key. */
  array: 'LAB_ARRAY',
  /** `1`: of the canary. */
  holds: 'LAB_HOLDS',
  /** First shard of the array: shard = offset + AWS_BATCH_JOB_ARRAY_INDEX. */
  shardOffset: 'LAB_SHARD_OFFSET',
  /** Set in the job definition. */
  workload: 'LAB_WORKLOAD',
  lab: 'LAB_NAME',
  outputBucket: 'OUTPUT_BUCKET',
  inputBucket: 'INPUT_BUCKET',
  /** JSON: the MountSource of every mount, by path (see mount.ts). */
  mounts: 'LAB_MOUNTS',
  /** GiB that must be free on scratch. */
  scratchGiB: 'LAB_SCRATCH_GIB',
  /** JSON: where each place of the workload is, with the part of its spec that a container needs. */
  places: 'LAB_PLACES',
  /** JSON: the secret of each name that the kind may read. */
  secrets: 'LAB_SECRETS',
  /** `role`: tools may be given the job's credentials. */
  toolCredentials: 'LAB_TOOL_CREDENTIALS',
  image: 'LAB_IMAGE',
  /** `download`: inputs are downloaded where this machine has no mount tool. */
  mountsBy: 'LAB_MOUNTS_BY',
  /** `marker`: the scratch volume is known by its file alone; how much of it is free is not asked. */
  scratchCheck: 'LAB_SCRATCH_CHECK',
  /** `path`: tools are those of this machine's folders, and of no image. */
  toolsFrom: 'LAB_TOOLS_FROM',
  /** Set for the tool. */
  item: 'LAB_ITEM',
  itemLabels: 'LAB_ITEM_LABELS',
  /** Where the three folders are when they cannot be at their fixed paths (the twin without namespaces). */
  scratch: 'LAB_SCRATCH',
  dataIn: 'DATA_IN',
  dataOut: 'DATA_OUT',
  /** The reserved ones that Batch sets. */
  jobId: 'AWS_BATCH_JOB_ID',
  arrayIndex: 'AWS_BATCH_JOB_ARRAY_INDEX',
  attempt: 'AWS_BATCH_JOB_ATTEMPT',
  nodeIndex: 'AWS_BATCH_JOB_NODE_INDEX',
  mainNodeIndex: 'AWS_BATCH_JOB_MAIN_NODE_INDEX',
  nodeCount: 'AWS_BATCH_JOB_NUM_NODES',
  /** Not on the main node itself. */
  mainNodeAddress: 'AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS',
} as const;

/** What a person may set for `lab`, beside AWS's own and NO_COLOR. */
export const personEnv = {
  /** As whom a person comes to the twin: what a member lacks shows there, as it would in the account. */
  twinAs: 'LAB_TWIN_AS',
  /** Names the folders of tools, with colons between: jobs of the twin see nothing else of the user's PATH. */
  tools: 'LAB_TOOLS',
  /** Where the twin's state is, for who wants more than one: absolute, or relative to where the command is given. */
  twinFolder: 'LAB_TWIN_FOLDER',
  /** A file of faults for the twin, in place of `faults.json` in its folder. */
  twinFaults: 'LAB_TWIN_FAULTS',
} as const;

/** Where a host has its scratch, and its containers too; and the device that the launch template maps for a volume. */
export const scratchPath = '/scratch';
export const scratchDevice = '/dev/xvdb';

/** The file that the launch template's user data leaves on a scratch volume it has mounted. */
export const scratchSentinel = '.arraylab-scratch';

/** What the twin's access key ids begin with: none of AWS's does. */
export const twinKeyPrefix = 'AKIATWIN';
