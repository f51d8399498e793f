import { LabError } from './errors.ts';
import type { ImageSpec, MountSpec, WorkloadSpec } from './workload.ts';

/**
 * What a kind may do in a place; each is a few actions of S3 on that prefix alone (infra/jobs writes them).
 *
 * - `list`, `read` (versions, tags and attributes included), `write` (new objects and parts)
 * - `delete`: only with If-Match, and so with `read`: a delete that does not name the content's ETag is refused by IAM
 * - `delete-versions`: for the one documented way to destroy something for good
 * - `tag`, `restore` (from a cold class)
 */
export type Right = 'list' | 'read' | 'write' | 'delete' | 'delete-versions' | 'tag' | 'restore';

/** A bucket, or what is below a prefix of one, that a workload works on beside its runs. */
export interface PlaceSpec {
  readonly describe: string;
  /** Narrower than what lab.config.ts gives: a prefix below it, `/` at the end. */
  readonly below?: string;
  /** The parameter with an `s3://` URI that has to lie in it; the place is then what the URI names. */
  readonly parameter?: string;
  readonly optional?: true;
}

/** What a person fills by `lab secret set <workload>/<name>`, and a task reads by its name. */
export interface SecretSpec {
  readonly describe: string;
  /** What it is made of, in the order in which a person is asked; all but a `username` are typed unseen. @default value */
  readonly fields?: readonly string[];
}
export const secretFields = ({ fields = ['value'] }: SecretSpec): readonly string[] => fields;

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
}

/** Where a place is, as jobs find it in their environment. */
export interface PlaceSource {
  readonly bucket: string;
  readonly prefix: string;
  readonly region?: string;
}

/** The place that a request means: the URI of its parameter, which has to lie in what lab.config.ts gives. Throws LabError. */
export function placeFor(
  source: PlaceSource,
  { parameter, below = '' }: PlaceSpec,
  parameters: Readonly<Record<string, string>>,
): PlaceSource {
  const prefix = `${source.prefix}${below}`;
  const uri = parameter === undefined ? undefined : parameters[parameter];
  if (uri === undefined) return { ...source, prefix };
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? [];
  const named = key === '' || key.endsWith('/') ? key : `${key}/`;
  if (bucket === source.bucket && named.startsWith(prefix)) return { ...source, prefix: named };
  throw new LabError({
    where: `--${parameter}`,
    message: `${uri} is not below s3://${source.bucket}/${prefix}, where jobs may work`,
    fix: 'name one that is, or change the place in lab.config.ts and deploy',
  });
}

/** Kinds that a workload's steps have, the nameless one first where a step has no other. */
export function kindNames(spec: WorkloadSpec): readonly (string | undefined)[] {
  const named = Object.keys(spec.kinds ?? {});
  return spec.steps.some(step => step.kind === undefined) ? [undefined, ...named] : named;
}

/** The workload as jobs of a kind see it: what it says at the top is the nameless kind's alone. */
export function specOfKind(spec: WorkloadSpec, name: string | undefined): WorkloadSpec {
  if (name === undefined) return spec;
  const {
    privileged: _p,
    shmMiB: _s,
    rights: _r,
    submitters: _m,
    secrets: _e,
    toolCredentials: _t,
    nodes: _n,
    ...shared
  } = spec;
  const kind = spec.kinds![name]!;
  return {
    ...shared,
    mounts: [],
    outputPrefixes: [],
    ...kind,
    scratchGiB: kind.scratchGiB ?? spec.scratchGiB,
  };
}

/** Secrets of all kinds of a workload, each once. */
export const secretsOf = (spec: WorkloadSpec): Readonly<Record<string, SecretSpec>> =>
  Object.assign({}, ...kindNames(spec).map(kind => specOfKind(spec, kind).secrets ?? {})) as Record<
    string,
    SecretSpec
  >;

/** How a person and the stack's map call a workload's secret; no dataset's name holds a `/`. */
export const secretLabel = (workload: string, name: string): string => `${workload}/${name}`;

/** Mounts of all kinds of a workload, each path once. */
export const mountsOf = (spec: WorkloadSpec): readonly MountSpec[] => [
  ...new Map(
    kindNames(spec).flatMap(kind => specOfKind(spec, kind).mounts.map(mount => [mount.path, mount] as const)),
  ).values(),
];
