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

export type Tone = 'good' | 'bad' | 'busy' | 'quiet' | 'strong';
