import type { LabConfig } from '../contract/workload/config.ts';
import { kindNames, specOfKind } from '../contract/workload/places.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';

/** The folders that images are built from, each once: some workloads share one, some kinds have their own. */
export const contextsOf = (specs: readonly WorkloadSpec[]): readonly string[] => [
  ...new Set(specs.flatMap(spec => kindNames(spec).map(kind => specOfKind(spec, kind).image.context))),
];

/** The same of what a lab has on. */
export const enabledContexts = (specs: readonly WorkloadSpec[], config: LabConfig): readonly string[] =>
  contextsOf(specs.filter(({ name }) => config.workloads[name]?.enabled));
