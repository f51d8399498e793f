import type { ReadFile } from './variant-file.ts';

/**
 * Whether a merged file has exactly the samples that were asked for, at least as many records as the sample that has most, and no
 * more than all of them together: undefined, or what is wrong.
 */
export function mergedProblem(
  file: ReadFile | string,
  names: readonly string[],
  counts: readonly number[],
): string | undefined {
  if (typeof file === 'string') return `the merged file ${file}`;
  const { samples } = file.header;
  if ([...samples].sort().join('\n') !== [...names].sort().join('\n'))
    return `the merged file is of ${samples.length} samples (${samples.slice(0, 3).join(', ')}), and not of the ${names.length} that were asked for`;
  const [least, most] = [Math.max(...counts), counts.reduce((sum, each) => sum + each, 0)];
  return file.records < least || file.records > most
    ? `the merged file holds ${file.records} records; its samples have ${least} to ${most}`
    : undefined;
}
