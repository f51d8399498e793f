import { LabError } from './errors.ts';
import type { MountSpec } from './image.ts';
import type { PlaceSpec, SecretSpec } from './kind.ts';
import type { WorkloadSpec } from './workload.ts';

export type { FamilySpec, KindSpec, PlaceSpec, Right, SecretSpec } from './kind.ts';

export const secretFields = ({ fields = ['value'] }: SecretSpec): readonly string[] => fields;

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
