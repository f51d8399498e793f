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
    // rapidtide: { datasets: { '/data_in': 'hcp' }, pools: ['arm64-ondemand'], resources: { attempts: 5 }, maxvCpus: 256 },
  },

  // How hosts get to AWS. 'public' lets nothing in and costs nothing while idle; 'private-nat'; 'private-endpoints'.
  // network: 'private-nat',
  // Held to these packs, the stack gets a key of its own, private subnets and managed policies.
  // compliance: 'nist-800-53-r5', // or 'hipaa'
  // Images are built in the account: no Docker here.
  // imageBuild: 'codebuild',
  // Pools are made when a workload uses them; yours by any name, ours changed by theirs.
  // pools: { 'x86-spot': { spillToOnDemand: true }, big: { architecture: 'arm64', scratch: { sizeGiB: 2000 } } },
  // Who gets a mail when a run is over.
  // notify: ['you@example.org'],
  // Days that logs are kept.
  // logRetentionDays: 90,
  // The bucket that an earlier stack of this lab kept (npm run deploy finds it), or one of your own.
  // existingOutputBucket: 'arraylab-lab-storageoutput-0123456789ab',
});
