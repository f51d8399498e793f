import type { WorkloadSpec } from '../../../lib/contract/workload/workload.ts';
import { plateArchive } from './create.ts';
import { plateDelete } from './delete.ts';
import { plateDestroy } from './destroy.ts';
import { plateRestore } from './restore.ts';
import { plateVerify } from './verify.ts';

/** The family `lab archive`. */
export const plateWorkloads: readonly WorkloadSpec[] = [
  plateArchive,
  plateVerify,
  plateDelete,
  plateRestore,
  plateDestroy,
];
