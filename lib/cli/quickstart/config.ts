import type { LabConfigInput } from '../../config/define-lab.ts';

/** The lab of the quickstart: whatever lab.config.ts says by now, it shows the same. */
export const quickstartLab: LabConfigInput = {
  name: 'quickstart',
  datasets: { hcp: { bucket: 'hcp-openaccess', access: 'keys' } },
  archive: { bucket: 'quickstart-plates' },
  workloads: {
    rapidtide: { datasets: { '/data_in': 'hcp' }, pools: ['x86-ondemand'] },
    'plate-archive': { places: { source: { bucket: 'imaging' } } },
    'plate-delete': {},
    'plate-restore': {},
  },
};
