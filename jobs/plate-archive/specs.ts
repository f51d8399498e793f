import type { FamilySpec, PlaceSpec } from '../../lib/contract/workload/places.ts';
import type { ParameterSpec, WorkloadSpec } from '../../lib/contract/workload/workload.ts';
import { describeArchives } from './describe-archives.ts';
import { defaultFolders } from './plate-folders.ts';
import { plateOf, plateProblems, readPlateRequest } from './plate-request.ts';
import { storageClasses } from './prices.ts';

const source: PlaceSpec = { describe: 'the bucket with the plates' };
const archive: PlaceSpec = { describe: 'the bucket of the archives', below: 'plates/' };
const proofs: PlaceSpec = { describe: 'the bucket of the archives', below: 'proofs/' };
const journals: PlaceSpec = { describe: 'the bucket of the archives', below: 'journals/' };
const family = (verb: string): FamilySpec => ({
  name: 'archive',
  summary: 'archives of plates: verify, delete behind them, restore from them',
  verb,
});

const project: ParameterSpec = { name: 'project', describe: 'the project', type: 'string', required: true };
const batch: ParameterSpec = { name: 'batch', describe: 'the batch', type: 'string', required: true };
const proofDays: ParameterSpec = {
  name: 'proof-days',
  describe: 'how long a proof allows a deletion, in days',
  type: 'number',
  default: '30',
};

/** What the four have in common: nothing is on a disk, so any pool does. */
const common = {
  item: { one: 'plate', many: 'plates' },
  resources: { vcpus: 4, memoryMiB: 4096, timeoutSeconds: 86_400, attempts: 5 },
  pools: ['arm64-ondemand', 'x86-ondemand'],
  image: { context: 'containers/plate-archive', architectures: ['arm64', 'x86_64'] },
  mounts: [],
  scratchGiB: 0,
  onItemFailure: 'continue',
} as const;

export const plateArchive: WorkloadSpec = {
  ...common,
  name: 'plate-archive',
  title: 'Plates into archives that are proved',
  family: family('create'),
  parameters: [
    project,
    batch,
    {
      name: 'folders',
      describe: 'folders of a plate: names of the Broad layout, or name=prefix with {plate_id}',
      type: 'string',
      default: defaultFolders,
    },
    {
      name: 'storage-class',
      describe: 'the class of the archive',
      type: 'choice',
      choices: storageClasses.filter(each => each !== 'STANDARD'),
      default: 'DEEP_ARCHIVE',
    },
    { name: 'tar-size', describe: 'size of a full tar', type: 'string', default: '2GiB' },
    { name: 'again', describe: 'archive anew what is archived', type: 'boolean' },
    proofDays,
  ],
  places: { source, archive, proofs },
  rights: { source: ['list', 'read'], archive: ['list', 'read', 'write', 'tag'], proofs: ['list', 'read'] },
  kinds: {
    verifier: {
      rights: {
        source: ['list', 'read'],
        archive: ['list', 'read', 'tag'],
        proofs: ['list', 'read', 'write'],
      },
    },
  },
  steps: [
    { name: 'archive', takes: 'item', main: true },
    { name: 'verify', takes: 'item', kind: 'verifier', dependsOn: [{ step: 'archive', when: 'each' }] },
    { name: 'seal', takes: 'item', dependsOn: [{ step: 'verify', when: 'each' }] },
  ],
  preflight: async (items, { parameters }) => {
    const { request, problems } = readPlateRequest(parameters);
    return [...problems, ...plateProblems(items.map(item => plateOf(item, request)))];
  },
  describe: describeArchives,
};

export const plateVerify: WorkloadSpec = {
  ...common,
  name: 'plate-verify',
  title: 'Archives of plates, proved anew',
  family: family('verify'),
  parameters: [project, batch, proofDays],
  places: { source, archive, proofs },
  rights: { source: ['list', 'read'], archive: ['list', 'read', 'tag'], proofs: ['list', 'read', 'write'] },
  steps: [{ name: 'verify', takes: 'item' }],
};

export const plateDelete: WorkloadSpec = {
  ...common,
  name: 'plate-delete',
  title: 'Plates deleted behind their proofs',
  family: family('delete'),
  parameters: [project, batch],
  places: { source, archive, proofs, journals },
  rights: {
    source: ['list', 'read', 'delete'],
    archive: ['list', 'read'],
    proofs: ['list', 'read'],
    journals: ['list', 'read', 'write'],
  },
  submitters: 'keepers',
  steps: [{ name: 'delete', takes: 'item' }],
};

export const plateRestore: WorkloadSpec = {
  ...common,
  name: 'plate-restore',
  title: 'Objects of plates given back to a bucket',
  family: family('restore'),
  parameters: [
    project,
    batch,
    { name: 'include', describe: 'patterns of file names or keys, by commas: r01c0*', type: 'string' },
    { name: 'tier', describe: 'how fast', type: 'choice', choices: ['Bulk', 'Standard'], default: 'Bulk' },
    { name: 'days', describe: 'how long the copies stay', type: 'number', default: '7' },
    { name: 'to', describe: 's3:// prefix in place of where the objects came from', type: 'string' },
  ],
  places: {
    archive,
    target: { describe: 'where objects are given back to', parameter: 'to' },
  },
  rights: { archive: ['list', 'read', 'restore'], target: ['list', 'read', 'write'] },
  steps: [{ name: 'restore', takes: 'item' }],
};
