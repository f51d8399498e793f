import type { FamilySpec, PlaceSpec } from '../../../lib/contract/workload/places.ts';
import type { ParameterSpec } from '../../../lib/contract/workload/workload.ts';

/** What people may ask of tars by themselves: to be readable again. */
const reading = ['list', 'read', 'restore'] as const;

export const places = {
  source: { describe: 'the bucket with the plates', people: ['list', 'read', 'settings'] },
  archive: {
    describe: 'the bucket of the archives',
    below: 'plates/',
    from: 'archive',
    people: reading,
  },
  proofs: { describe: 'the bucket of the archives', below: 'proofs/', from: 'archive' },
  journals: { describe: 'the bucket of the archives', below: 'journals/', from: 'archive' },
  records: { describe: 'the bucket of the archives', below: 'destroyed/', from: 'archive' },
} as const satisfies Record<string, PlaceSpec>;

export const family = (verb: string): FamilySpec => ({
  name: 'archive',
  summary: 'archives of plates: create, status, verify, delete behind them, restore from them',
  verb,
  look: 'status',
});

export const project: ParameterSpec = {
  name: 'project',
  describe: 'the project',
  type: 'string',
  required: true,
};
export const batch: ParameterSpec = { name: 'batch', describe: 'the batch', type: 'string', required: true };
export const onePlate: ParameterSpec = {
  name: 'plate',
  describe: 'one plate, by its id',
  type: 'string',
  sets: 'one-item',
};
export const proofDays: ParameterSpec = {
  name: 'proof-days',
  describe: 'how long a proof allows a deletion, in days',
  type: 'number',
  default: '30',
};

/** How tars come out of a cold class. */
export const tier: ParameterSpec = {
  name: 'tier',
  describe: 'how fast',
  type: 'choice',
  choices: ['Bulk', 'Standard'],
  default: 'Bulk',
};
export const days: ParameterSpec = {
  name: 'days',
  describe: 'how long the copies stay',
  type: 'number',
  default: '7',
};

/** What all of them have in common. Nothing is on a disk; but a host with what proves or deletes is shared with no privileged container. */
export const common = {
  item: { one: 'plate', many: 'plates' },
  resources: { vcpus: 4, memoryMiB: 4096, timeoutSeconds: 86_400, attempts: 5 },
  pools: ['x86-archive'],
  image: { context: 'containers/plate-archive', architectures: ['arm64', 'x86_64'] },
  mounts: [],
  scratchGiB: 0,
  onItemFailure: 'continue',
  verbs: { archive: async () => (await import('../verbs/archive.ts')).archive },
} as const;

/** Whoever writes the page of an archive anew, as the plate is now. */
export const sealer = {
  rights: {
    source: ['list', 'read'],
    archive: ['list', 'read', 'write'],
    journals: ['list', 'read'],
  },
} as const;
/** Step after one that changed what is at the source. */
export const sealAfter = (step: string) =>
  ({ name: 'seal', takes: 'item', kind: 'sealer', dependsOn: [{ step, when: 'each' }] }) as const;
