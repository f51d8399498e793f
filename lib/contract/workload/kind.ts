import type { ImageSpec, MountSpec } from './image.ts';

/**
 * What a kind may do in a place; each is a few actions of S3 on that prefix alone (infra/jobs writes them).
 *
 * - `list`, `read` (versions, tags and attributes included; with both, versions are listed), `write` (new objects and parts)
 * - `delete`: only with If-Match, and so with `read`: a delete that does not name the content's ETag is refused by IAM
 * - `delete-versions`: for the one documented way to destroy something for good
 * - `tag`, `restore` (from a cold class)
 * - `settings`: whether the bucket keeps versions, and what expires in it; of all of it, whatever the prefix
 */
export type Right = 'list' | 'read' | 'write' | 'delete' | 'delete-versions' | 'tag' | 'restore' | 'settings';

/** A bucket, or what is below a prefix of one, that a workload works on beside its runs. */
export interface PlaceSpec {
  readonly describe: string;
  /** Narrower than what lab.config.ts gives: a prefix below it, `/` at the end. */
  readonly below?: string;
  /** The parameter with an `s3://` URI that has to lie in it; the place is then what the URI names. */
  readonly parameter?: string;
  readonly optional?: true;
  /** Where it is when lab.config.ts does not say: in the lab's archive bucket, or where another place of the workload is. */
  readonly from?: 'archive' | { readonly place: string };
  /** What people of the lab may do there by themselves. @default list and read */
  readonly people?: readonly Right[];
}

/** What a person fills by `lab secret set <workload>/<name>`, and a task reads by its name. */
export interface SecretSpec {
  readonly describe: string;
  /** What it is made of, in the order in which a person is asked; all but a `username` are typed unseen. @default value */
  readonly fields?: readonly string[];
}

/** Jobs with a role and a job definition of their own. */
export interface KindSpec {
  /** @default the workload's */
  readonly image?: ImageSpec;
  /** By place. */
  readonly rights?: Readonly<Record<string, readonly Right[]>>;
  /** @default none */
  readonly mounts?: readonly MountSpec[];
  readonly privileged?: { readonly why: string };
  readonly shmMiB?: number;
  /** @default the workload's */
  readonly scratchGiB?: number;
  /** Secrets of the workload's own that its jobs may read, by name; two kinds may name the same. */
  readonly secrets?: Readonly<Record<string, SecretSpec>>;
  /** Who may submit its jobs. @default members */
  readonly submitters?: 'members' | 'keepers';
  /** Tools may be given the job's own credentials; never beside a right to delete. */
  readonly toolCredentials?: 'role';
  /** Multi-node parallel jobs, each on as many hosts, from 2: on demand, in one zone, and with a network of their own. */
  readonly nodes?: number;
}

/** `lab <family> <verb>` is a submission of the workload. */
export interface FamilySpec {
  readonly name: string;
  /** One line of help, the same in each of its members. */
  readonly summary: string;
  readonly verb: string;
  /** The family's verb that shows what a run has come to, where that is no file to fetch. */
  readonly look?: string;
}
