import type { OutputRecord } from '../contract/run/records.ts';

export interface DistinctOutputs {
  /** Each key once. */
  readonly outputs: readonly OutputRecord[];
  /** In words: keys that two items recorded with other contents, so that one of the two is lost. */
  readonly overwritten: readonly string[];
}

/** Outputs by their keys, and which of them two items have written. */
export function distinctOutputs(
  rows: readonly { readonly name: string; readonly outputs?: readonly OutputRecord[] }[],
): DistinctOutputs {
  const first = new Map<string, { readonly name: string; readonly output: OutputRecord }>();
  const overwritten: string[] = [];
  for (const { name, outputs = [] } of rows)
    for (const output of outputs) {
      const place = `${output.bucket ?? ''}/${output.key}`;
      const before = first.get(place);
      if (!before) first.set(place, { name, output });
      else if (before.output.sha256 !== output.sha256 || before.output.bytes !== output.bytes)
        overwritten.push(
          `${before.name} and ${name} both wrote ${output.key}, with other contents: one of the two is lost`,
        );
    }
  return { outputs: [...first.values()].map(each => each.output), overwritten };
}
