import type { LabConfig } from '../contract/workload/config.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';

/** The folders that images of what a lab has on are built from, each once: some workloads share one. */
export const enabledContexts = (specs: readonly WorkloadSpec[], config: LabConfig): readonly string[] => [
  ...new Set(specs.filter(({ name }) => config.workloads[name]?.enabled).map(({ image }) => image.context)),
];
