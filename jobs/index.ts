import type { WorkloadSpec } from '../lib/contract/workload/workload.ts';
import { ambientNoise } from './ambient-noise/spec.ts';
import { plateWorkloads } from './plate-archive/specs/index.ts';
import { pypeliner } from './pypeliner.ts';
import { rapidtide } from './rapidtide.ts';
import { vcfExport } from './vcf/export.ts';
import { vcfIngest } from './vcf/ingest.ts';

/** Every workload that a lab can turn on. A new one is a file beside this and a line here. */
export const workloads: readonly WorkloadSpec[] = [
  rapidtide,
  ambientNoise,
  pypeliner,
  vcfIngest,
  vcfExport,
  ...plateWorkloads,
];
