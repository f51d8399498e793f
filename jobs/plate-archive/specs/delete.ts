import type { WorkloadSpec } from '../../../lib/contract/workload/workload.ts';
import { confirmDeletion } from '../deletion/confirm-deletion.ts';
import { reportDeleted } from '../report.ts';
import { batch, common, family, onePlate, places, project, sealAfter, sealer } from './common.ts';

export const plateDelete: WorkloadSpec = {
  ...common,
  name: 'plate-delete',
  title: 'Plates deleted behind their proofs',
  family: family('delete'),
  parameters: [project, batch, onePlate],
  places,
  kinds: {
    deleter: {
      rights: {
        source: ['list', 'read', 'delete'],
        archive: ['list', 'read'],
        proofs: ['list', 'read'],
        journals: ['list', 'read', 'write'],
      },
      submitters: 'keepers',
    },
    sealer,
  },
  steps: [{ name: 'delete', takes: 'item', kind: 'deleter', main: true }, sealAfter('delete')],
  confirm: confirmDeletion,
  report: reportDeleted,
};
