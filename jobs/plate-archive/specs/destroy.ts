import type { WorkloadSpec } from '../../../lib/contract/workload/workload.ts';
import { confirmDestruction } from '../deletion/confirm-destruction.ts';
import { reportDestroyed } from '../report.ts';
import { batch, common, family, onePlate, places, project } from './common.ts';

/** The one way to lose an archive: for a consent that was withdrawn, or a mistake. */
export const plateDestroy: WorkloadSpec = {
  ...common,
  name: 'plate-destroy',
  title: 'Archives of plates destroyed for good',
  family: family('destroy'),
  parameters: [
    project,
    batch,
    onePlate,
    { name: 'reason', describe: 'why, for the record that stays', type: 'string', required: true },
  ],
  places,
  kinds: {
    destroyer: {
      rights: {
        archive: ['list', 'read', 'delete-versions'],
        proofs: ['list', 'read', 'delete-versions'],
        records: ['list', 'read', 'write'],
      },
      submitters: 'keepers',
    },
  },
  steps: [{ name: 'destroy', takes: 'item', kind: 'destroyer' }],
  confirm: confirmDestruction,
  report: reportDestroyed,
};
