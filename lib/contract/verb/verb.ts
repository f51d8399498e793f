import type { Args, OptionSpec } from './args.ts';
import type { VerbPorts } from './verb-ports.ts';

/** A verb of `lab`, as data; `P` is what it works with. */
export interface Verb<P> {
  /** Where it stands in `lab --help`. */
  readonly group: VerbGroup;
  /** One line of `lab --help`. */
  readonly summary: string;
  /** After `lab <name>`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Whether these words, behind the name of a family of workloads, are this verb's own and no submission. */
  readonly familyOwn?: (words: readonly string[]) => boolean;
  /** Its first words, where each does something else. */
  readonly verbs?: Readonly<Record<string, FirstWord>>;
  readonly examples: readonly string[];
  /** Whether what is no option of ours is another program's, and comes as `rest`. */
  readonly passesOn?: boolean;
  /** Whether it changes nothing, so that an interrupt need not wait for anything. */
  readonly onlyReads?: boolean;
  /** Answers the exit code. */
  run(ports: P, args: Args): Promise<number>;
}

/** `lab archive status`: of the verb `archive`, what `status` does, and what may stand behind it. */
export interface FirstWord {
  readonly summary: string;
  readonly usage: string;
}

/** One that a workload brings: it sees its own workload's places and runs, and no command line. */
export interface WorkloadVerb extends Verb<VerbPorts> {
  /** The options where its first word is this one; undefined where it is a submission. Throws LabError for a wrong word. */
  readonly optionsOf?: (word: string) => Readonly<Record<string, OptionSpec>> | undefined;
}

/** `runs`: what one does every day; `lab`: what one does to the stack; `twin`: on this machine alone. */
export type VerbGroup = 'runs' | 'lab' | 'twin';
