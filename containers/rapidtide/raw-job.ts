import type { SubmittedJob } from '../../lib/aws/wire/calls.ts';

/** Less than any tool of these images needs, in MiB. */
const leastMiB = 64;

/** How a command is given whole: in awscli's shorthand, words such as memory=4 become settings of the job. */
export const overridesHelp = `give the command as JSON, --container-overrides '{"command":["bash","/data_out/config/my.sh","ARRAY"]}': in the shorthand command=a,b,… a word such as memory=4 or vcpus=2 leaves the command and becomes what the job asks for`;

/** The first line of a raw job's log: what it was submitted with, so that a word that went astray is seen. */
export function jobLine(argv: readonly string[], { vcpus, memoryMiB }: SubmittedJob): string {
  const size = [
    ...(vcpus === undefined ? [] : [`${vcpus} ${vcpus === 1 ? 'vCPU' : 'vCPUs'}`]),
    ...(memoryMiB === undefined ? [] : [`${memoryMiB.toLocaleString('en-US')} MiB`]),
  ];
  return `${size.length > 0 ? `${size.join(', ')}; ` : ''}command of ${argv.length} ${argv.length === 1 ? 'word' : 'words'}: ${JSON.stringify(argv)} (words missing? ${overridesHelp})`;
}

/** Why a job can do nothing with its memory, or undefined. */
export function tooSmall({ memoryMiB }: SubmittedJob): string | undefined {
  if (memoryMiB === undefined || memoryMiB >= leastMiB) return undefined;
  return `this job got ${memoryMiB} MiB of memory, with which nothing runs; ${overridesHelp}`;
}
