/** An end of the shard with an exit code of ours (lib/contract/workload/exit-codes.ts) and a sentence for the record. */
export class ShardFailure extends Error {
  readonly exitCode: number;
  constructor(exitCode: number, message: string) {
    super(message);
    this.name = 'ShardFailure';
    this.exitCode = exitCode;
  }
}
