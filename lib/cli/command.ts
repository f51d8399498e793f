import type { WorkloadSpec } from '../contract/workload/workload.ts';
import type { Context } from './context.ts';

/** A verb of `lab`, as data. One file in commands/, one line in commands.ts. */
export interface Command {
  readonly name: string;
  /** Where it stands in `lab --help`. */
  readonly group: CommandGroup;
  /** One line of `lab --help`. */
  readonly summary: string;
  /** After `lab <name>`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** The options where the first positional names a workload: its own are among them. Throws LabError for a wrong name. */
  readonly optionsOf?: (
    workloads: readonly WorkloadSpec[],
    name: string,
  ) => Readonly<Record<string, OptionSpec>>;
  /** Whether these words, behind the name of a family of workloads, are this verb's own and no submission. */
  readonly familyOwn?: (words: readonly string[]) => boolean;
  /** What its first words do, a line each. */
  readonly verbs?: Readonly<Record<string, string>>;
  readonly examples: readonly string[];
  /** Whether what is no option of ours is another program's, and comes as `rest`. */
  readonly passesOn?: boolean;
  /** Whether it changes nothing, so that an interrupt need not wait for anything. */
  readonly onlyReads?: boolean;
  run(context: Context, args: Args): Promise<number>;
}

/** `runs`: what one does every day; `lab`: what one does to the stack; `twin`: on this machine alone. */

export type CommandGroup = 'runs' | 'lab' | 'twin';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly describe: string;
  /** Shown as `--name VALUE`. */
  readonly value?: string;
  readonly multiple?: boolean;
}

/** Parsed arguments. `text`, `flag`, `number` and `list` read options; numbers are checked when they are read. */
export interface Args {
  readonly positionals: readonly string[];
  /** What came after `--`. */
  readonly rest: readonly string[];
  text(name: string): string | undefined;
  flag(name: string): boolean;
  list(name: string): readonly string[];
}

/** Options that every verb takes. */
export const commonOptions: Readonly<Record<string, OptionSpec>> = {
  local: { type: 'boolean', describe: 'use the twin on this machine instead of AWS' },
  lab: { type: 'string', value: 'NAME', describe: "another lab than lab.config.ts's" },
  profile: { type: 'string', value: 'NAME', describe: 'AWS profile (else the SDK’s own chain)' },
  json: { type: 'boolean', describe: 'results as JSON on stdout' },
  help: { type: 'boolean', describe: 'this text' },
};
