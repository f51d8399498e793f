import type { WorkloadSpec } from '../lib/contract/workload/workload.ts';
import { ambientNoise } from './ambient-noise/spec.ts';
import { plateWorkloads } from './plate-archive/specs/index.ts';
import { pypeliner } from './pypeliner/spec.ts';
import { rapidtide } from './rapidtide/spec.ts';
import { vcfWorkloads } from './vcf/specs/index.ts';

/** Every workload that a lab can turn on. A new one is a file or a folder beside this and a line here; siblings are one list. */
export const workloads: readonly WorkloadSpec[] = [
  rapidtide,
  ambientNoise,
  pypeliner,
  ...vcfWorkloads,
  ...plateWorkloads,
];
