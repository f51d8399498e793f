import type { WorkloadSpec } from '../../../lib/contract/workload/workload.ts';
import { vcfExport } from './export.ts';
import { vcfIngest } from './ingest.ts';

export const vcfWorkloads: readonly WorkloadSpec[] = [vcfIngest, vcfExport];
