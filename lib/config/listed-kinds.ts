import type { KindSpec } from '../contract/workload/places.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';

/**
 * A workload whose kinds lab.config.ts lists has those beside its own: each may do what the nameless one may, in another
 * image. Others have their own alone.
 */
export function withListedKinds(
  spec: WorkloadSpec,
  lab: { readonly kinds?: Readonly<Record<string, unknown>> } | undefined,
): WorkloadSpec {
  const names = Object.keys(lab?.kinds ?? {}).filter(name => !spec.kinds?.[name]);
  if (!spec.listsKinds || names.length === 0) return spec;
  const { mounts, rights, privileged, shmMiB, secrets, submitters, toolCredentials, nodes } = spec;
  const alike: KindSpec = {
    mounts,
    ...(rights ? { rights } : {}),
    ...(privileged ? { privileged } : {}),
    ...(shmMiB ? { shmMiB } : {}),
    ...(secrets ? { secrets } : {}),
    ...(submitters ? { submitters } : {}),
    ...(toolCredentials ? { toolCredentials } : {}),
    ...(nodes ? { nodes } : {}),
  };
  return { ...spec, kinds: { ...spec.kinds, ...Object.fromEntries(names.map(name => [name, alike])) } };
}
