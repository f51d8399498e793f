import type { OutputRecord } from '../contract/run/records.ts';
import { ItemList } from './items/item-list.ts';

interface Written {
  /** Of the item. */
  readonly by: string;
  readonly output: OutputRecord;
}

interface Row {
  readonly name: string;
  readonly outputs?: readonly OutputRecord[];
}

const fileKeyOf = ({ bucket = '', key }: OutputRecord): string => `${bucket}/${key}`;

/**
 * Outputs by the file that each becomes (by default its bucket and key), and which of them two records have. Of an item, a
 * later step may write again what an earlier one has: the later is what is there. What is added is held as lines, on disk
 * where they are many.
 */
export class DistinctOutputs {
  readonly #fileOf: (output: OutputRecord) => string;
  /** A line for each file, by its path. */
  readonly #files = new ItemList();
  readonly #later = new Map<number, Written>();
  readonly #isShared = new Set<number>();
  /** In words: keys that two items recorded with other contents, so that one of the two is lost; and files that two keys would be. */
  readonly shared: string[] = [];
  /** Bytes of those files that are no two's. */
  bytes = 0;

  constructor(fileOf: (output: OutputRecord) => string = fileKeyOf) {
    this.#fileOf = fileOf;
  }

  /** Files that are no two's. */
  get count(): number {
    return this.#files.length - this.#isShared.size;
  }

  add({ name, outputs = [] }: Row): void {
    for (const output of outputs) this.#add(name, output);
  }

  #add(by: string, output: OutputRecord): void {
    const file = this.#fileOf(output);
    const position = this.#files.indexOf(file);
    if (position < 0) {
      this.#files.append(Buffer.from(`${JSON.stringify({ name: file, by, output })}\n`));
      this.bytes += output.bytes;
      return;
    }
    const before = this.#at(position);
    const isSameObject = fileKeyOf(before.output) === fileKeyOf(output);
    if (isSameObject && before.output.sha256 === output.sha256 && before.output.bytes === output.bytes)
      return;
    if (isSameObject && before.by === by) {
      if (!this.#isShared.has(position)) this.bytes += output.bytes - before.output.bytes;
      this.#later.set(position, { by, output });
      return;
    }
    if (!this.#isShared.has(position)) this.bytes -= before.output.bytes;
    this.#isShared.add(position);
    this.shared.push(
      isSameObject
        ? `${before.by} and ${by} both wrote ${output.key}, with other contents: one of the two is lost`
        : `${addressOf(before)} and ${addressOf({ by, output })} would be one file here`,
    );
  }

  /** Each file once; those that two records share are not among them. */
  *[Symbol.iterator](): Generator<OutputRecord> {
    for (let position = 0; position < this.#files.length; position++)
      if (!this.#isShared.has(position)) yield this.#at(position).output;
  }

  #at(position: number): Written {
    return this.#later.get(position) ?? (this.#files.at(position) as unknown as Written);
  }
}

/** The same of rows that are there. */
export function distinctOutputs(
  rows: Iterable<Row>,
  fileOf?: (output: OutputRecord) => string,
): { readonly outputs: readonly OutputRecord[]; readonly shared: readonly string[] } {
  const files = new DistinctOutputs(fileOf);
  for (const row of rows) files.add(row);
  return { outputs: [...files], shared: files.shared };
}

const addressOf = ({ by, output: { bucket, key } }: Written): string =>
  `${by}’s ${bucket === undefined ? key : `s3://${bucket}/${key}`}`;
