/** A round that was submitted: the Batch jobs of its arrays, and which shards are in each. */
export interface SubmittedRound {
  readonly round: number;
  readonly arrays: readonly { readonly offset: number; readonly size: number; readonly jobId: string }[];
  /** Why some of its arrays were not: nobody will. */
  readonly failure?: Error;
}

/** The array that a shard is in; undefined where that was never submitted. */
export const arrayOf = (
  { arrays }: SubmittedRound,
  shard: number,
): SubmittedRound['arrays'][number] | undefined =>
  arrays.find(({ offset, size }) => shard >= offset && shard < offset + size);
