import type { WorkloadSpec } from '../../../lib/contract/workload/workload.ts';
import { reportRestored } from '../report.ts';
import { describeRestore, readyToRestore, restoreProblems } from '../restore/describe-restore.ts';
import { batch, common, days, family, onePlate, places, project, sealAfter, sealer, tier } from './common.ts';

export const plateRestore: WorkloadSpec = {
  ...common,
  name: 'plate-restore',
  title: 'Objects of plates given back to a bucket',
  family: family('restore'),
  parameters: [
    project,
    batch,
    onePlate,
    { name: 'include', describe: 'patterns of file names or keys, by commas: r01c0*', type: 'string' },
    {
      name: 'archive',
      describe: 'which archive of the plate, by its number, where it has several (default: the newest)',
      type: 'string',
    },
    tier,
    days,
    {
      name: 'old',
      describe: 'tarballs of older scripts below this s3:// prefix, in place of our archives',
      type: 'string',
    },
    {
      name: 'to',
      describe: 'a folder here, or an s3:// prefix, in place of where the objects came from',
      type: 'string',
    },
  ],
  places: {
    ...places,
    old: {
      describe: 'where older scripts put their tarballs',
      parameter: 'old',
      optional: true,
      people: ['list', 'read', 'restore'],
    },
    target: { describe: 'where objects are given back to', parameter: 'to', from: { place: 'source' } },
  },
  kinds: {
    restorer: {
      rights: {
        archive: ['list', 'read', 'restore'],
        old: ['list', 'read', 'restore'],
        target: ['list', 'read', 'write'],
      },
    },
    sealer,
  },
  steps: [{ name: 'restore', takes: 'item', kind: 'restorer', main: true }, sealAfter('restore')],
  check: restoreProblems,
  preflight: async (_items, request, ports) => {
    // It is optional, and so nobody has looked whether lab.config.ts says it.
    if (request.parameters.old !== undefined) ports.place('old');
    return [];
  },
  describe: describeRestore,
  ready: readyToRestore,
  report: reportRestored,
};
