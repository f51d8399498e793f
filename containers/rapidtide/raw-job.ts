import type { SubmittedJob } from '../../lib/aws/wire/calls.ts';
import { overridesHelp } from '../../lib/contract/workload/raw-jobs.ts';

/** The first line of a raw job's log: what it was submitted with, so that a word that went astray is seen. */
export function jobLine(argv: readonly string[], { vcpus, memoryMiB }: SubmittedJob): string {
  const size = [
    ...(vcpus === undefined ? [] : [`${vcpus} ${vcpus === 1 ? 'vCPU' : 'vCPUs'}`]),
    ...(memoryMiB === undefined ? [] : [`${memoryMiB.toLocaleString('en-US')} MiB`]),
  ];
  return `${size.length > 0 ? `${size.join(', ')}; ` : ''}command of ${argv.length} ${argv.length === 1 ? 'word' : 'words'}: ${JSON.stringify(argv)} (words missing? ${overridesHelp})`;
}
