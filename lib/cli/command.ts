import type { Context } from './context.ts';

/** A verb of `lab`, as data. One file in commands/, one line in commands.ts. */
export interface Command {
  readonly name: string;
  /** One line of `lab --help`. */
  readonly summary: string;
  /** After `lab <name>`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly string[];
  /** Whether what is no option of ours is another program's, and comes as `rest`. */
  readonly passesOn?: boolean;
  /** Whether its own page of the documentation names it, and lab --help does not: that has a screen. */
  readonly isElsewhere?: boolean;
  /** Whether it changes nothing, so that an interrupt need not wait for anything. */
  readonly onlyReads?: boolean;
  run(context: Context, args: Args): Promise<number>;
}

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
