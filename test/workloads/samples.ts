import { randomUUID } from 'node:crypto';
import type { Task } from '../../lib/contract/workload/task.ts';
import type { WorkloadSpec } from '../../lib/contract/workload/workload.ts';
import { get, names, put, small } from './common.ts';

/** Samples into one dataset, where a sample that is stored twice is in it twice. */
export const samples: WorkloadSpec = {
  ...small,
  name: 'samples',
  title: 'samples',
  item: { one: 'sample', many: 'samples' },
  places: { dataset: { describe: 'the dataset' } },
  rights: { dataset: ['list', 'read', 'write'] },
  kinds: { reader: { rights: { dataset: ['list', 'read'] } } },
  steps: [
    { name: 'create', takes: 'run' },
    { name: 'store', takes: 'shard', main: true, itemsPerShard: 4, dependsOn: ['create'] },
    { name: 'consolidate', takes: 'run', dependsOn: ['store'] },
    { name: 'verify', takes: 'item', kind: 'reader', itemsPerShard: 8, dependsOn: ['consolidate'] },
  ],
};

/** While this is in the dataset, a container that stores is killed at its third sample, half way through it. */
export const killSwitch = 'kill';

export const sampleTasks: Readonly<Record<string, Task>> = {
  'samples/create': {
    run: async ({ place }) => ({ exitCode: 0, outputs: [await put(place('dataset'), 'schema', '{}')] }),
  },
  'samples/store': {
    async run({ items, place, checkpoint }) {
      const isKilled = (await get(place('dataset'), killSwitch)) !== undefined;
      let stored = 0;
      for (const [index, { name }] of items.entries()) {
        const mark = checkpoint(name);
        const before = await mark.read();
        if (before === 'stored') continue;
        // What is about to be written is written down first: the next attempt writes the same again, wherever it is cut.
        const fragment = before ?? `fragments/${name}.${randomUUID()}`;
        await mark.write(fragment);
        await put(place('dataset'), fragment, name);
        if (isKilled && index === 2) process.kill(process.pid, 'SIGKILL');
        await mark.write('stored');
        stored++;
      }
      return { exitCode: 0, facts: { stored } };
    },
  },
  'samples/consolidate': {
    async run({ items, place }) {
      const all = (await names(place('dataset'), 'fragments/')).map(each => each.slice('fragments/'.length));
      const made = await put(place('dataset'), 'consolidated', all.join('\n'));
      return {
        exitCode: all.length === items.length ? 0 : 1,
        outputs: [made],
        facts: { fragments: all.length },
      };
    },
  },
  'samples/verify': {
    async run({ items, place }) {
      const all = ((await get(place('dataset'), 'consolidated')) ?? '').split('\n');
      const times = all.filter(each => each.startsWith(`${items[0]!.name}.`)).length;
      return times === 1 ? { exitCode: 0 } : { exitCode: 1, reason: `is in the dataset ${times} times` };
    },
  },
};
