import type { ObjectStore } from '../ports/object-store.ts';
import type { OpenRunPorts } from '../ports/open-run.ts';
import type { PlacePort } from '../ports/place.ts';
import type { Store } from '../ports/ports.ts';
import type { RunRef } from '../run/keys.ts';
import type { Problem } from '../workload/errors.ts';
import type { Item, ItemNoun } from '../workload/item.ts';
import type { RunRequest } from '../workload/request.ts';
import type { Args, Tone } from './args.ts';

/** What a workload's verb has: a person at a shell, and the lab as its workload may see it. */
export interface VerbPorts {
  readonly cwd: string;
  readonly stdin: AsyncIterable<Buffer>;
  readonly json: boolean;
  /** Which lab the call is about, for the next command: ` --local`, ` --lab trial`. */
  readonly suffix: string;
  /** Aborted at Ctrl-C. */
  readonly signal: AbortSignal;
  now(): Date;
  /** Talk: to stderr. */
  say(text: string): void;
  /** A line of results: to stdout. */
  print(text: string): void;
  /** Results as they are, once their reader has room. */
  write(text: string): Promise<void>;
  /** A value as one line of JSON, however long. */
  writeJson(value: unknown): Promise<void>;
  /** A table that fits the terminal. `talk`: to stderr. @default results */
  table(header: readonly string[], rows: readonly (readonly string[])[], as?: 'results' | 'talk'): void;
  /** Of a result, where colours are wanted. */
  tint(tone: Tone, text: string): string;
  /** Whether results are coloured. */
  readonly colour: boolean;
  /** Said while a look takes long: drawn again on a terminal. */
  progress(line: string): void;
  /** The call that was made, to be given again: without an option, and with more words. */
  sameCall(without?: string, more?: readonly string[]): string;
  /** The items that a person's list stands for. Throws LabError. */
  listed(list: string, noun: ItemNoun): Promise<readonly Item[]>;
  /** The places of the first of its workloads that the lab has. Throws LabError: `none` where it has none of them. */
  places(none: Problem): Promise<(name: string) => PlacePort>;
  /** Any bucket, as this person may see it. */
  storeOf(bucket: string): Promise<ObjectStore>;
  /** A run that the first positional names, the newest without it. Throws LabError. */
  run(args: Pick<Args, 'positionals'>): Promise<RunPort>;
  /** An open run of its workload: the one of this id, or a new one. Throws LabError. */
  openRun(runId?: string): Promise<OpenRunPorts>;
  /**
   * Asks for what has to come first, and waits for it where that is wanted. Undefined: it is there; else the exit code, for the same
   * call goes on once it is.
   */
  first(wait: boolean, ask: () => Promise<readonly string[]>, nothing?: string): Promise<number | undefined>;
}

/** A stored run as a verb reads it. */
export interface RunPort {
  readonly run: RunRef & { readonly request: RunRequest };
  readonly store: Store;
  readonly items: Iterable<Item>;
  /** How each of its items stands now, by name; undefined for what is none of them. */
  states(): Promise<(name: string) => string | undefined>;
}
