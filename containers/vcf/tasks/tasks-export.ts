import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import type { Task, TaskResult } from '../../../lib/contract/workload/task.ts';
import { attempt } from '../attempt.ts';
import { fromContext } from '../from-context.ts';
import { exportShard, unknownNames } from './task-export.ts';
import { exportMerged } from './task-merge.ts';

/** Whether the dataset has every name that was asked for: before any of them is exported. */
export const checkTask: Task = {
  run: context =>
    attempt(context, async () => {
      const unknown = await unknownNames(fromContext(context));
      if (unknown.length === 0) return { exitCode: 0, facts: { samples: context.items.length } };
      const names = `${unknown.slice(0, 5).join(', ')}${unknown.length > 5 ? ', …' : ''}`;
      for (const name of unknown) context.log(`${name} is not in the dataset`);
      return {
        exitCode: exitCodes.itemNotFound,
        reason: `${unknown.length} of ${counted(context.items.length, { one: 'sample is', many: 'samples are' })} not in the dataset: ${names}; nothing was exported`,
        missing: unknown.slice(0, 100).map(name => ({ name, reason: 'not in the dataset' })),
      };
    }),
};

/** A shard's samples, a proved file each; or one file of all of them. */
export const exportTask: Task = {
  run: context =>
    attempt(context, async (): Promise<TaskResult> => {
      const world = fromContext(context);
      if (context.parameters.merge === 'true') {
        const { outputs, ...facts } = await exportMerged(world);
        return { exitCode: 0, outputs, facts: { ...facts, samples: context.items.length } };
      }
      const samples = await exportShard(world);
      const failed = samples.filter(each => each.is === 'failed');
      const done = samples.filter(each => each.is === 'done');
      const items = samples.map(each => ({
        name: each.name,
        exitCode: each.is === 'done' ? 0 : each.is === 'open' ? exitCodes.interrupted : exitCodes.toolFailed,
        ...(each.is === 'failed' ? { reason: each.reason } : {}),
        ...(each.is === 'done'
          ? { outputs: each.delivered.outputs, facts: { records: each.delivered.records } }
          : {}),
      }));
      const outputs = done.flatMap(each => each.delivered.outputs);
      const facts = {
        exported: done.length,
        withoutRecords: done.filter(each => each.delivered.records === 0).length,
        failed: failed.length,
      };
      if (done.length + failed.length < samples.length)
        return { exitCode: exitCodes.interrupted, reason: 'interrupted', again: true, facts, items };
      if (failed.length === 0) return { exitCode: 0, outputs, facts, items };
      return {
        exitCode: exitCodes.toolFailed,
        reason: `${failed.length} of ${counted(samples.length, 'sample')} failed: ${failed[0]!.reason}`,
        facts,
        items,
      };
    }),
};
