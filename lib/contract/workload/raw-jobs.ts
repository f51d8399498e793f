/**
 * How a command of aws batch submit-job is given whole. Seen with awscli 1.46.3: in its shorthand, words such as memory=4 become
 * settings of the job, with exit code 0.
 */
export const overridesExample = `--container-overrides '{"command":["bash","/data_out/config/my.sh","ARRAY"]}'`;
export const overridesHelp = `give the command as JSON, ${overridesExample}: in the shorthand command=a,b,… a word such as memory=4 or vcpus=2 leaves the command and becomes what the job asks for`;

/** Less than any tool of our images needs, in MiB. */
const leastMiB = 64;

/** Why a job can do nothing with its memory, or undefined. */
export const tooSmall = (memoryMiB: number | undefined): string | undefined =>
  memoryMiB === undefined || memoryMiB >= leastMiB
    ? undefined
    : `this job got ${memoryMiB} MiB of memory, with which nothing runs`;
