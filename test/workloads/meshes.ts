import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Task } from '../../lib/contract/workload/task.ts';
import type { WorkloadSpec } from '../../lib/contract/workload/workload.ts';
import { get, small } from './common.ts';

/** A solver on two hosts, whose main node puts the parts of all of them together; and a step on one host. */
export const meshes: WorkloadSpec = {
  ...small,
  name: 'meshes',
  title: 'meshes',
  item: { one: 'mesh', many: 'meshes' },
  pools: ['x86-near', 'x86-ondemand'],
  places: { cases: { describe: 'which node is to fail, by mesh' } },
  kinds: { wide: { nodes: 2, rights: { cases: ['list', 'read'] } } },
  steps: [
    { name: 'solve', takes: 'item', kind: 'wide', pool: 'x86-near' },
    { name: 'look', takes: 'item', dependsOn: ['solve'], pool: 'x86-ondemand' },
  ],
};

export const meshTasks: Readonly<Record<string, Task>> = {
  'meshes/solve': {
    async run({ items, node, place, log, scratch, upload, outputPrefix, environment }) {
      const { index, count, main, mainAddress } = node!;
      const { name } = items[0]!;
      log(`node ${index} of ${count}, the main one ${main ? 'itself' : `at ${mainAddress}`}`);
      const fails = await get(place('cases'), name);
      // What a container does that has no memory left.
      if (fails === String(index)) process.kill(process.pid, 'SIGKILL');
      // Tools see what Batch says of the node.
      const part = join(scratch, `part-${index}`);
      await writeFile(
        part,
        `${environment.AWS_BATCH_JOB_NODE_INDEX}/${environment.AWS_BATCH_JOB_NUM_NODES}\n`,
      );
      const outputs = await upload(part, `${outputPrefix}part-${index}`);
      if (!main) return { exitCode: 0, outputs };
      await node!.othersDone();
      return { exitCode: 0, outputs };
    },
  },
  'meshes/look': {
    async run({ items, exists, outputPrefix, outputsOf }) {
      const { name } = items[0]!;
      const solved = await outputsOf(name, 'solve');
      const parts = [0, 1].map(index => exists(`${outputPrefix}part-${index}`));
      const all = (await Promise.all(parts)).filter(Boolean).length;
      return { exitCode: solved && all === 2 ? 0 : 1, facts: { parts: all } };
    },
  },
};
