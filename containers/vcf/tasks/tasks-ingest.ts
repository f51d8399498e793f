import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import type { Task, TaskResult } from '../../../lib/contract/workload/task.ts';
import { attempt } from '../attempt.ts';
import { fromContext } from '../from-context.ts';
import { createDataset } from './task-create.ts';
import { finishDataset } from './task-finish.ts';
import { storeShard } from './task-store.ts';
import { vacuumDataset } from './task-vacuum.ts';
import { verifyShard } from './task-verify.ts';

/** Makes the dataset, or proves that the one that is there opens. */
export const createTask: Task = {
  run: context =>
    attempt(context, async () => {
      const { made, attributes, listed, tool } = await createDataset(fromContext(context));
      const facts = {
        made: made ? 'yes' : 'no',
        attributes: attributes.join(','),
        samplesBefore: listed,
        tool,
      };
      return { exitCode: 0, facts };
    }),
};

/** A shard's samples, each exactly once. */
export const storeTask: Task = {
  run: context =>
    attempt(context, async (): Promise<TaskResult> => {
      const { samples, bytesIn, batches, staleStatistics } = await storeShard(fromContext(context));
      const count = (is: string): number => samples.filter(each => each.is === is).length;
      const failed = samples.filter(each => each.is === 'failed');
      const nameOf = new Map(context.items.map(({ name, labels }) => [labels?.sample ?? name, name]));
      const facts = {
        stored: count('stored'),
        repaired: count('repaired'),
        thereBefore: count('there'),
        withoutRecords: count('empty'),
        failed: failed.length,
        batches,
      };
      const items = samples.map(({ name, is, reason }) => ({
        name: nameOf.get(name)!,
        exitCode: is === 'failed' ? exitCodes.toolFailed : is === 'open' ? exitCodes.interrupted : 0,
        ...(reason ? { reason: `${name}: ${reason}` } : {}),
        facts: {
          how: is,
          ...(staleStatistics && is === 'repaired' ? { statistics: 'too high after a repair' } : {}),
        },
      }));
      for (const { name, reason } of failed) context.log(`${name} failed: ${reason}`);
      const open = count('open');
      if (open > 0)
        return { exitCode: exitCodes.interrupted, reason: 'interrupted', again: true, facts, items, bytesIn };
      if (failed.length === 0) return { exitCode: 0, facts, items, bytesIn };
      const reason = `${failed.length} of ${counted(samples.length, 'sample')} failed: ${failed[0]!.name}: ${failed[0]!.reason}`;
      return { exitCode: exitCodes.toolFailed, reason, facts, items, bytesIn };
    }),
};

/** Commits and fragment metadata in one file each, and who is in the dataset written down. */
export const consolidateTask: Task = {
  run: context =>
    attempt(context, async () => {
      const { listed, fragments, bytes } = await finishDataset(fromContext(context));
      return { exitCode: 0, facts: { samples: listed, fragments, datasetBytes: bytes } };
    }),
};

/** Removes what is consolidated. */
export const vacuumTask: Task = {
  run: context =>
    attempt(context, async () => {
      const { removed, changed } = await vacuumDataset(fromContext(context));
      return { exitCode: 0, facts: { removed, ...(changed ? { countAgain: changed } : {}) } };
    }),
};

/** Whether each sample's records are there once, at the end of all. */
export const verifyTask: Task = {
  run: context =>
    attempt(context, async (): Promise<TaskResult> => {
      const samples = await verifyShard(fromContext(context));
      const failed = samples.filter(({ problem }) => problem !== undefined);
      for (const { problem } of failed) context.log(problem!);
      return {
        exitCode: failed.length > 0 ? exitCodes.toolFailed : 0,
        ...(failed.length > 0
          ? {
              reason: `${failed.length} of ${counted(samples.length, 'sample')} failed: ${failed[0]!.problem}`,
            }
          : {}),
        items: samples.map(({ name, records, problem }) => ({
          name,
          exitCode: problem === undefined ? 0 : exitCodes.toolFailed,
          ...(problem === undefined ? {} : { reason: problem }),
          facts: { records },
        })),
      };
    }),
};
