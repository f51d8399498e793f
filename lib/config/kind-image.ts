import type { KindConfig, WorkloadConfig } from '../contract/workload/config.ts';
import { kindNames } from '../contract/workload/places.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';

/** Where the image of a kind's jobs is from: what is said of the kind, else of the workload whose image it shares. */
export function kindImage(
  { image, base, kinds = {} }: Pick<WorkloadConfig, 'image' | 'base' | 'kinds'>,
  spec: WorkloadSpec,
  kind: string | undefined,
): KindConfig {
  const own = kind === undefined ? undefined : kinds[kind];
  if (own?.image !== undefined) return { image: own.image };
  if (own?.base !== undefined) return { base: own.base };
  const shares = kind === undefined || spec.kinds?.[kind]?.image === undefined;
  if (!shares) return {};
  return { ...(image === undefined ? {} : { image }), ...(base === undefined ? {} : { base }) };
}

/** Every URI that a workload's configuration names, and where it stands. */
export function namedImages(
  name: string,
  { image, base, kinds = {} }: Pick<WorkloadConfig, 'image' | 'base' | 'kinds'>,
): readonly { readonly where: string; readonly uri: string; readonly isBase: boolean }[] {
  const of = (where: string, from: KindConfig) => [
    ...(from.image === undefined ? [] : [{ where: `${where}.image`, uri: from.image, isBase: false }]),
    ...(from.base === undefined ? [] : [{ where: `${where}.base`, uri: from.base, isBase: true }]),
  ];
  const own = { ...(image === undefined ? {} : { image }), ...(base === undefined ? {} : { base }) };
  return [
    ...of(`workloads.${name}`, own),
    ...Object.entries(kinds).flatMap(([kind, each]) => of(`workloads.${name}.kinds.${kind}`, each)),
  ];
}

/** Kinds whose image is built from a Dockerfile of the project. */
export const builtKinds = (workload: WorkloadConfig, spec: WorkloadSpec): readonly (string | undefined)[] =>
  kindNames(spec).filter(kind => kindImage(workload, spec, kind).image === undefined);
