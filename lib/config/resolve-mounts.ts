import type { LabConfig } from '../contract/workload/config.ts';
import { hasSecret, type MountSource } from '../contract/workload/mount.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';

/** Where the bytes of each of a workload's mounts come from, by mount path. */
export function resolveMounts(config: LabConfig, spec: WorkloadSpec): Record<string, MountSource> {
  return Object.fromEntries(
    spec.mounts.flatMap(mount => {
      const name = config.workloads[spec.name]!.datasets[mount.path];
      if (name === undefined && mount.optional) return [];
      const { existingSecret, buckets: _, ...source } = config.datasets[name!]!;
      return [
        [
          mount.path,
          hasSecret(source.access)
            ? { ...source, secretId: existingSecret ?? secretName(config.name, name!) }
            : source,
        ],
      ];
    }),
  );
}

/** Name of the secret with a dataset's access keys. */
export const secretName = (lab: string, dataset: string): string => `arraylab/${lab}/${dataset}`;
