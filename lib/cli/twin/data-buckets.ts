import type { LabConfig } from '../../contract/workload/config.ts';

/** Buckets of a lab that are not its stack's: of its datasets, and of the places of what it has on; each once. */
export const dataBuckets = (config: LabConfig): readonly string[] => [
  ...new Set([
    ...Object.values(config.datasets)
      .filter(dataset => dataset.access !== 'nda')
      .map(dataset => dataset.bucket),
    ...Object.values(config.workloads)
      .filter(workload => workload.enabled)
      .flatMap(({ places = {} }) => Object.values(places).map(place => place.bucket)),
  ]),
];

/** Those of them that anybody may read, as on AWS. */
export const publicBuckets = ({ datasets }: LabConfig): readonly string[] =>
  Object.values(datasets)
    .filter(({ access }) => access === 'public')
    .map(({ bucket }) => bucket);
