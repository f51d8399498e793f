import type { OutputRecord } from '../contract/run/records.ts';

export interface DistinctOutputs {
  /** Each file once; those that two records share are not among them. */
  readonly outputs: readonly OutputRecord[];
  /** In words: keys that two items recorded with other contents, so that one of the two is lost; and files that two keys would be. */
  readonly shared: readonly string[];
}

interface Written {
  readonly name: string;
  readonly output: OutputRecord;
  isShared?: true;
}

const placeOf = ({ bucket = '', key }: OutputRecord): string => `${bucket}/${key}`;

/**
 * Outputs by the file that each becomes (by default its bucket and key), and which of them two records have. Of an item, a
 * later step may write again what an earlier one has: the later is what is there.
 */
export function distinctOutputs(
  rows: readonly { readonly name: string; readonly outputs?: readonly OutputRecord[] }[],
  fileOf: (output: OutputRecord) => string = placeOf,
): DistinctOutputs {
  const files = new Map<string, Written>();
  const shared: string[] = [];
  for (const { name, outputs = [] } of rows)
    for (const output of outputs) {
      const file = fileOf(output);
      const before = files.get(file);
      if (!before) {
        files.set(file, { name, output });
        continue;
      }
      const isSamePlace = placeOf(before.output) === placeOf(output);
      if (isSamePlace && before.output.sha256 === output.sha256 && before.output.bytes === output.bytes)
        continue;
      if (isSamePlace && before.name === name) {
        files.set(file, { name, output });
        continue;
      }
      before.isShared = true;
      shared.push(
        isSamePlace
          ? `${before.name} and ${name} both wrote ${output.key}, with other contents: one of the two is lost`
          : `${addressOf(before)} and ${addressOf({ name, output })} would be one file here`,
      );
    }
  return {
    outputs: [...files.values()].filter(each => !each.isShared).map(each => each.output),
    shared,
  };
}

const addressOf = ({ name, output: { bucket, key } }: Written): string =>
  `${name}’s ${bucket === undefined ? key : `s3://${bucket}/${key}`}`;
