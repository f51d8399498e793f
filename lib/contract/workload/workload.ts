import type { Store } from '../ports/ports.ts';

export type Architecture = 'arm64' | 'x86_64';
export type Market = 'on-demand' | 'spot';

/** One kind of job, as `jobs/<name>.ts` says it. Pure data but for the two optional functions. */
export interface WorkloadSpec {
  /** `^[a-z][a-z0-9-]{0,30}$`; part of job names, S3 keys and npm scripts. */
  readonly name: string;
  readonly title: string;
  readonly item: ItemNoun;
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
  /** Adds to the items what only the stores know, before anything is submitted. Throws LabError. */
  readonly expand?: (
    items: readonly Item[],
    request: RunRequest,
    ports: SpecPorts,
  ) => Promise<readonly Item[]>;
  /** Looks at the sources before anything is submitted; returns every problem. */
  readonly preflight?: (
    items: readonly Item[],
    request: RunRequest,
    ports: SpecPorts,
  ) => Promise<readonly string[]>;
}

export interface SpecPorts {
  /** The store for a dataset of the configuration, or the output bucket. */
  store(bucket: string): Store;
  readonly outputBucket: string;
  /** Where each mount's bytes are, by its path; none of what is in no bucket, and none in a rehearsal. */
  readonly inputs?: Readonly<Record<string, InputPlace>>;
  /** Tells a person what is to be known though nothing is wrong. */
  note?(text: string): void;
}

/** A dataset as the person who submits sees it. */
export interface InputPlace {
  /** `s3://bucket/prefix`. */
  readonly address: string;
  /** Whether a file is there, by its path below the mount; undefined where that cannot be seen. */
  has(path: string): Promise<boolean | undefined>;
}

export interface ItemNoun {
  readonly one: string;
  readonly many: string;
  /** `uri`: a line of a list is the address of a file, whose base name is the item's. @default 'name' */
  readonly lines?: 'name' | 'uri';
}

/** A `--name value` of `lab submit <workload>`. */
export interface ParameterSpec {
  readonly name: string;
  readonly describe: string;
  /** `script`: a file of this machine or of `config/`, frozen with the run. */
  readonly type: 'string' | 'number' | 'boolean' | 'choice' | 'script';
  readonly choices?: readonly string[];
  readonly default?: string;
  readonly required?: boolean;
}

/** Memory in MiB, time in seconds, as Batch counts them. */
export interface Resources {
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly attempts: number;
}

export interface ImageSpec {
  /** The folder with the Dockerfile, relative to the project. */
  readonly context: string;
  readonly architectures: readonly Architecture[];
}

/** How an input gets into the container. `s3fs` and `mount-s3` need `privileged`; `stage` downloads to scratch. */
export type MountAccess = 'stage' | 's3fs' | 'mount-s3';

export interface MountSpec {
  /** Where the tool finds it: `/data_in`. */
  readonly path: string;
  /** Environment variable that names the bucket: `INPUT_BUCKET`. */
  readonly bucketEnv: string;
  readonly access: MountAccess;
  readonly readOnly: boolean;
}

/** One stage of a run. */
export interface StepSpec {
  readonly name: string;
  /** `item`: the task runs once an item; `shard`: once for all items of a shard; `run`: one plain job for the whole run. */
  readonly takes: 'item' | 'shard' | 'run';
  readonly dependsOn?: readonly string[];
  /** What differs from the workload's resources. */
  readonly resources?: Partial<Resources>;
  /** Items a shard when the request does not say; default 1. */
  readonly itemsPerShard?: number;
}

/** The unit that a person names. */
export interface Item {
  readonly name: string;
  /** The other columns of its line in the manifest. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A file as it was when the run was submitted. */
export interface FrozenFile {
  /** Its name, which may have folders of `config/` in it. */
  readonly name: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/** What a person asked for, frozen as `request.json`. */
export interface RunRequest {
  readonly workload: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly shards?: number;
  readonly itemsPerShard?: number;
  readonly vcpus?: number;
  readonly memoryMiB?: number;
  readonly timeoutSeconds?: number;
  readonly attempts?: number;
  readonly pool?: string;
  /** How many shards may run at once; a Batch consumable resource. */
  readonly parallel?: number;
  /** Scripts that are frozen with the run, by parameter. */
  readonly files?: Readonly<Record<string, FrozenFile>>;
  /** Extra arguments for the tool, after `--`. */
  readonly arguments?: readonly string[];
}
