import type { LabConfigInput } from '../../lib/config/define-lab.ts';

/** What most labs deploy: rapidtide over one dataset that is read by keys. */
export const rapidtideLab = {
  datasets: { hcp: { bucket: 'hcp-openaccess', access: 'keys' } },
  workloads: { rapidtide: { datasets: { '/data_in': 'hcp' } } },
} as const satisfies LabConfigInput;
