import type { Scope } from './finding.ts';

/** Names of the datasets at the mounts of the workloads that are looked at. */
export function usedDatasets({ config, specs }: Scope): readonly string[] {
  const names = specs.flatMap(spec => Object.values(config.workloads[spec.name]?.datasets ?? {}));
  return [...new Set(names)].filter(name => config.datasets[name]).sort();
}
