import type { PlacePort } from '../ports/place.ts';
import type { Store } from '../ports/ports.ts';
import type { RunSummary } from '../run/summary.ts';
import type { WorkloadVerb } from '../verb/verb.ts';
import type { Problem } from './errors.ts';
import type { ImageSpec, MountSpec } from './image.ts';
import type { Item, ItemNoun } from './item.ts';
import type { FamilySpec, KindSpec, PlaceSpec } from './kind.ts';
import type { Edge, Resources, RunRequest } from './request.ts';

export type { PlacePort } from '../ports/place.ts';
export type { Architecture, ImageSpec, Market, MountAccess, MountSpec } from './image.ts';
export type { Item, ItemNoun } from './item.ts';
export { type Edge, edgeOf, type FrozenFile, type Resources, type RunRequest, type When } from './request.ts';

/** One kind of job, as `jobs/<name>.ts` says it. Pure data but for the optional functions. */
export interface WorkloadSpec {
  /** `^[a-z][a-z0-9-]{0,30}$`; part of job names, S3 keys and npm scripts. */
  readonly name: string;
  readonly title: string;
  /** Siblings share a folder, an image context and one line of help: `lab archive delete` submits `plate-delete`. */
  readonly family?: FamilySpec;
  readonly item: ItemNoun;
  /** Verbs of `lab` over its runs and places, by name; siblings have them in common. Each is read when it is called. */
  readonly verbs?: Readonly<Record<string, () => Promise<WorkloadVerb>>>;
  readonly parameters: readonly ParameterSpec[];
  readonly resources: Resources;
  /** Pools by name, the default first; a request may pick another with `--pool`. */
  readonly pools: readonly string[];
  readonly image: ImageSpec;
  readonly mounts: readonly MountSpec[];
  /** Set where a FUSE mount needs a privileged container; the reason goes into the template. */
  readonly privileged?: { readonly why: string };
  /** GiB that must be free under /scratch before an item starts. */
  readonly scratchGiB: number;
  readonly shmMiB?: number;
  readonly steps: readonly StepSpec[];
  /** Prefixes in the output bucket that the job role may write, `/` at the end. `''` is all but runs and config. @default its own runs only */
  readonly outputPrefixes?: readonly string[];
  /** Whether the shard's other items are still done when one fails. Default `continue`. */
  readonly onItemFailure?: 'continue' | 'stop';
  /** Extra environment of the job definition; no secrets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Buckets or prefixes that jobs work on beside their runs, by name; lab.config.ts says where each is. */
  readonly places?: Readonly<Record<string, PlaceSpec>>;
  /** Roles of their own, by name: a job definition each. What is said above is the nameless kind's. */
  readonly kinds?: Readonly<Record<string, KindSpec>>;
  /** lab.config.ts may list more kinds: what the nameless one is, in images of their own. */
  readonly listsKinds?: true;
  /** What the nameless kind may do in the places. */
  readonly rights?: KindSpec['rights'];
  /** The nameless kind's. @default members */
  readonly submitters?: KindSpec['submitters'];
  readonly secrets?: KindSpec['secrets'];
  /** The nameless kind's. */
  readonly nodes?: KindSpec['nodes'];
  readonly toolCredentials?: KindSpec['toolCredentials'];
  /** What a retry changes for items that ended of this cause. @default twice the memory, twice the time, on demand from the second time on */
  readonly onCause?: OnCause;
  /** The words of a submission that makes sense, for its help; without any, its list and what it needs. */
  readonly example?: string;
  /** Items from the request alone, where no list is given: `--start 2019-01 --end 2019-12`. Throws LabError. */
  readonly list?: (request: RunRequest, ports: SpecPorts) => Promise<readonly Item[]>;
  /**
   * What is wrong with a request by itself, without a look at anything: told with all else that is wrong with a command line. A
   * parameter that is not understood is not there. A list that lies elsewhere is checked once it was read.
   */
  readonly check?: (
    request: RunRequest,
    list: CheckedList,
  ) => readonly Problem[] | Promise<readonly Problem[]>;
  /** Adds to the items what only the stores know, or gives steps items of their own. Throws LabError. */
  readonly expand?: (
    items: readonly Item[],
    request: RunRequest,
    ports: SpecPorts,
  ) => Promise<readonly Item[] | Expansion>;
  /** Looks at the sources before anything is submitted; returns every problem, and what is only worth knowing. */
  readonly preflight?: (
    items: readonly Item[],
    request: RunRequest,
    ports: SpecPorts,
  ) => Promise<readonly string[] | Preflight>;
  /** Lines that a submission shows beside its plan: objects, bytes, money. */
  readonly describe?: (
    items: readonly Item[],
    request: RunRequest,
    ports: SpecPorts,
  ) => Promise<readonly string[]>;
  /**
   * What has to be there before jobs can do anything, and takes hours: asks for it, and answers a line for each that is not there
   * yet. Nothing is submitted before; `--wait` looks again until there is none.
   */
  readonly ready?: (
    items: readonly Item[],
    request: RunRequest,
    ports: SpecPorts,
  ) => Promise<readonly string[]>;
  /** Lines that the end of a run adds: what came of it as a whole, over all its attempts. */
  readonly report?: (items: readonly Item[], summary: RunSummary) => readonly string[];
  /** What a person has to read and say before it is done: without `--confirm <word>` a submission is a dry run. */
  readonly confirm?: (items: readonly Item[], request: RunRequest, ports: SpecPorts) => Promise<Confirmation>;
}

/** The items of a request; or they are still to be read, or to be made of it by `list`. */
export type CheckedList = readonly Item[] | 'elsewhere' | 'made';

export interface SpecPorts {
  /** The store for a dataset of the configuration, or the output bucket. */
  store(bucket: string): Store;
  readonly outputBucket: string;
  /** Where jobs run. */
  readonly region: string;
  /** Where each mount's bytes are, by its path; none of what is in no bucket, and none in a rehearsal. */
  readonly inputs?: Readonly<Record<string, InputPlace>>;
  /** What is frozen with the run, by parameter. */
  readonly files?: Readonly<Record<string, Buffer>>;
  /** Tells a person what is to be known though nothing is wrong. */
  note(text: string): void;
  /** A place of the workload as lab.config.ts (or the parameter that names it) says. Throws LabError where it does not. */
  place(name: string): PlacePort;
  /** Aborted at Ctrl-C. */
  readonly signal: AbortSignal;
  /** Said on stderr while a look takes long: drawn again on a terminal. */
  progress(line: string): void;
  now(): Date;
}

/** A dataset as the person who submits sees it. */
export interface InputPlace {
  /** `s3://bucket/prefix`. */
  readonly address: string;
  /** Whether a file is there, by its path below the mount; undefined where that cannot be seen. */
  has(path: string): Promise<boolean | undefined>;
  readonly region: string;
  /** What is below a path, `/` at its end; rejects where that cannot be seen. */
  files(below: string): AsyncIterable<{ readonly path: string; readonly bytes: number }>;
  /** Folders directly below a path, `/` at the end of both; rejects where that cannot be seen. */
  folders(below: string): AsyncIterable<string>;
}

/** Items by step, where they are not the run's: `of` names the run's item that each belongs to. */
export interface Expansion {
  readonly items: readonly Item[];
  readonly steps: Readonly<Record<string, readonly Item[]>>;
}

export interface Preflight {
  readonly problems: readonly string[];
  readonly notes?: readonly string[];
}

export interface Confirmation {
  readonly lines: readonly string[];
  readonly word: string;
}

/** Why an attempt ended that may well end better elsewhere. */
export type Cause = 'out-of-memory' | 'reclaimed' | 'timeout';

/** Factors multiply what the step's jobs had; `after`: from the how many-th time on, by default the first. */
export type OnCause = Readonly<Partial<Record<Cause, CauseChange>>>;
export interface CauseChange {
  readonly after?: number;
  readonly pool?: string;
  readonly memory?: `x${number}`;
  readonly timeout?: `x${number}`;
}

/** A `--name value` of `lab submit <workload>`. */
export interface ParameterSpec {
  readonly name: string;
  readonly describe: string;
  /**
   * `script`: a file of this machine or of `config/`, frozen with the run. `file`: the same for what is no script; an `s3://` URI is
   * the workload's own to read.
   */
  readonly type: 'string' | 'number' | 'boolean' | 'choice' | 'script' | 'file';
  readonly choices?: readonly string[];
  readonly default?: string;
  readonly required?: boolean;
  /** The option is another name for one of every submission; `one-item`: for a list of this one item. */
  readonly sets?: 'shards' | 'items-per-shard' | 'attempts' | 'pool' | 'items' | 'one-item';
  /** It is understood, changes nothing, and this is said: why an option of an older script is not needed any more. */
  readonly note?: string;
}

/** One step of a run. */
export interface StepSpec {
  readonly name: string;
  /** `item`: the task runs once an item; `shard`: once for all items of a shard; `run`: one plain job for the whole run. */
  readonly takes: 'item' | 'shard' | 'run';
  /** A name alone is `done`. */
  readonly dependsOn?: readonly (string | Edge)[];
  /** Role, image and mounts of its jobs. @default the nameless kind */
  readonly kind?: string;
  /** @default the workload's */
  readonly pool?: string;
  /** What differs from the workload's resources. */
  readonly resources?: Partial<Resources>;
  /** @default the kind's, then the workload's */
  readonly scratchGiB?: number;
  /** Items a shard when the request does not say; default 1. */
  readonly itemsPerShard?: number;
  /** The parameter with the number of groups that its items are done in, one group after the other; each has as many shards as are asked for. */
  readonly inTurn?: string;
  /** What a bare `--memory`, `--shards` and the like mean. @default every step */
  readonly main?: true;
}
