import type { WorkloadSpec } from '../../../lib/contract/workload/workload.ts';
import { batch, common, family, onePlate, places, project, proofDays } from './common.ts';

export const plateVerify: WorkloadSpec = {
  ...common,
  name: 'plate-verify',
  title: 'Archives of plates, proved anew',
  family: family('verify'),
  parameters: [project, batch, onePlate, proofDays],
  places,
  rights: { source: ['list', 'read'], archive: ['list', 'read', 'tag'], proofs: ['list', 'read', 'write'] },
  steps: [{ name: 'verify', takes: 'item' }],
};
