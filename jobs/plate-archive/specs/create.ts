import type { WorkloadSpec } from '../../../lib/contract/workload/workload.ts';
import { describeArchives } from '../describe-archives.ts';
import { defaultFolders } from '../plate/plate-folders.ts';
import { plateRequestProblems } from '../plate/plate-request.ts';
import { storageClasses } from '../prices.ts';
import { reportProven } from '../report.ts';
import { batch, common, family, places, project, proofDays, sealAfter, sealer } from './common.ts';

export const plateArchive: WorkloadSpec = {
  ...common,
  name: 'plate-archive',
  title: 'Plates into archives that are proved',
  example: '--project P --batch B --plates plates.csv',
  family: family('create'),
  parameters: [
    project,
    batch,
    {
      name: 'folders',
      describe: 'names, or name=prefix/{plate_id}/',
      type: 'string',
      default: defaultFolders,
    },
    {
      name: 'storage-class',
      describe: 'class',
      type: 'choice',
      choices: storageClasses.filter(each => each !== 'STANDARD'),
      default: 'DEEP_ARCHIVE',
    },
    { name: 'tar-size', describe: 'size of a full tar', type: 'string', default: '2GiB' },
    { name: 'again', describe: 'archive anew what is archived', type: 'boolean' },
    proofDays,
  ],
  places,
  rights: { source: ['list', 'read'], archive: ['list', 'read', 'write', 'tag'], proofs: ['list', 'read'] },
  kinds: {
    verifier: {
      rights: {
        source: ['list', 'read'],
        archive: ['list', 'read', 'tag'],
        proofs: ['list', 'read', 'write'],
        journals: ['list', 'read'],
      },
    },
    sealer,
  },
  steps: [
    { name: 'archive', takes: 'item', main: true },
    { name: 'verify', takes: 'item', kind: 'verifier', dependsOn: [{ step: 'archive', when: 'each' }] },
    sealAfter('verify'),
  ],
  check: ({ parameters }, list) => plateRequestProblems(parameters, list),
  describe: describeArchives,
  report: reportProven,
};
