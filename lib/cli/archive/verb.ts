import type { Args, OptionSpec } from '../command.ts';
import type { Context } from '../context.ts';

/** A verb of `lab archive` that runs on this machine. */
export interface ArchiveVerb {
  readonly summary: string;
  /** After `lab archive <verb>`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** The first positional is the verb. */
  run(context: Context, args: Args): Promise<number>;
}
