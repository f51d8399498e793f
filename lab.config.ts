import { defineLab } from './lib/config/define-lab.ts';

/**
 * What this lab decides. Everything that is not said here has a default; `npm run synth` tells what is wrong, all at
 * once, and `npx lab init --force` asks the questions and writes this file anew.
 */
export default defineLab({
  // Part of every name in the account; several labs can share one.
  name: 'lab',
  // The region of your data: reading from another one costs money for every byte.
  region: 'us-east-1',

  // Where input data is. access: 'public' | 'role' (the job's own role) | 'keys' (lab secret set hcp) | 'requester-pays'
  datasets: {
    hcp: { bucket: 'hcp-openaccess', access: 'keys' },
  },

  // What may be submitted, and which dataset stands at its mounts.
  workloads: {
    rapidtide: { datasets: { '/data_in': 'hcp' } },
  },
});
