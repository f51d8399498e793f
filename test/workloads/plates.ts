import type { Task } from '../../lib/contract/workload/task.ts';
import type { WorkloadSpec } from '../../lib/contract/workload/workload.ts';
import { get, names, put, small } from './common.ts';

const places = {
  live: { describe: 'the plates' },
  cold: { describe: 'their archives' },
  proofs: { describe: 'what was proved' },
} as const;

/** Archived, verified and sealed plate by plate, each under a role of its own. */
export const plates: WorkloadSpec = {
  ...small,
  name: 'plates',
  title: 'plates',
  item: { one: 'plate', many: 'plates' },
  family: { name: 'plate', summary: 'plates', verb: 'archive' },
  places,
  kinds: {
    archiver: { rights: { live: ['list', 'read'], cold: ['write'] } },
    verifier: { rights: { live: ['list', 'read'], cold: ['read'], proofs: ['write'] } },
    sealer: { rights: { cold: ['write'], proofs: ['read'] } },
  },
  steps: [
    { name: 'archive', takes: 'item', kind: 'archiver' },
    { name: 'verify', takes: 'item', kind: 'verifier', dependsOn: [{ step: 'archive', when: 'each' }] },
    { name: 'seal', takes: 'item', kind: 'sealer', dependsOn: [{ step: 'verify', when: 'each' }] },
  ],
  describe: async items => [`${items.length} plates, as one archive each`],
};

/** What was proved goes, by those who may. */
export const plateDelete: WorkloadSpec = {
  ...small,
  name: 'plate-delete',
  title: 'plates that were archived, deleted',
  item: { one: 'plate', many: 'plates' },
  family: { name: 'plate', summary: 'plates', verb: 'delete' },
  places,
  rights: { live: ['list', 'delete'], proofs: ['read'] },
  submitters: 'keepers',
  steps: [{ name: 'delete', takes: 'item' }],
  confirm: async items => ({ lines: [`${items.length} plates go for good`], word: `delete-${items.length}` }),
};

/** An image of a plate that its tool cannot read; of one that is `slow:<path>` it waits for that file. */
export const broken = 'broken';

export const plateTasks: Readonly<Record<string, Task>> = {
  'plates/archive': {
    async run({ items, place, exec }) {
      const plate = items[0]!.name;
      const images = await names(place('live'), `${plate}/`);
      const bodies = await Promise.all(images.map(each => get(place('live'), each)));
      const { exitCode } = await exec([
        'sh',
        '-c',
        `case "$0" in
           *${broken}*) echo unreadable; exit 3;;
           slow:*) until test -e "\${0#slow:}"; do sleep 0.05; done;;
         esac`,
        bodies.join(),
      ]);
      if (exitCode !== 0) return { exitCode, reason: 'an image cannot be read' };
      return { exitCode, outputs: [await put(place('cold'), `${plate}.tar`, bodies.join())] };
    },
  },
  'plates/verify': {
    async run({ items, place, outputsOf }) {
      const plate = items[0]!.name;
      const made = (await outputsOf(plate, 'archive')) ?? [];
      const images = await names(place('live'), `${plate}/`);
      const bodies = await Promise.all(images.map(each => get(place('live'), each)));
      const same = (await get(place('cold'), `${plate}.tar`)) === bodies.join();
      if (made.length !== 1 || !same) return { exitCode: 1, reason: 'is not what was archived' };
      // A verifier that could write the archive would prove nothing.
      const wrote = await put(place('cold'), `${plate}.tar`, 'forged').then(
        () => 'may write the archive',
        (error: Error & { code?: string }) => error.code ?? error.message,
      );
      return {
        exitCode: 0,
        outputs: [await put(place('proofs'), `${plate}.proof`, 'proved')],
        facts: { wrote },
      };
    },
  },
  'plates/seal': {
    async run({ items, place }) {
      const plate = items[0]!.name;
      if ((await get(place('proofs'), `${plate}.proof`)) !== 'proved') return { exitCode: 1 };
      return { exitCode: 0, outputs: [await put(place('cold'), `${plate}.seal`, 'sealed')] };
    },
  },
  'plate-delete/delete': {
    async run({ items, place }) {
      const plate = items[0]!.name;
      if ((await get(place('proofs'), `${plate}.proof`)) !== 'proved')
        return { exitCode: 1, reason: 'there is no proof of it' };
      const { store, prefix } = place('live');
      const entries = [];
      for await (const { key, etag } of store.list(`${prefix}${plate}/`)) entries.push({ key, etag });
      const ends = await store.deleteMany(entries);
      const gone = ends.filter(({ outcome }) => outcome === 'deleted').length;
      return { exitCode: gone === entries.length ? 0 : 1, facts: { gone } };
    },
  },
};
