import { nameOfArchive } from '../../../jobs/plate-archive/generations.ts';
import { PlateError } from '../../../jobs/plate-archive/plate/plate-error.ts';
import { plateOf } from '../../../jobs/plate-archive/plate/plate-request.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import type { TaskResult } from '../../../lib/contract/workload/task.ts';
import { deletePlate } from '../deleter/delete-plate.ts';
import { asResult, below, type PlateContext } from './plate-context.ts';

/** One plate behind its proof: every key under its ETag, noted before and after. */
export const deleteTask = {
  run: (context: PlateContext): Promise<TaskResult> =>
    asResult(async () => {
      const { project = '', batch = '' } = context.parameters;
      const plate = plateOf(context.items[0]!, { project, batch });
      const archive = below(context.place('archive'));
      const name = await nameOfArchive(archive, plate);
      if (!name) throw new PlateError([`there is no archive of ${plate.plate}`]);
      const { deleted, gone, changed, added, errors } = await deletePlate({
        ...{ plate, archive, digest: name.digest, log: context.log, signal: context.signal },
        source: context.place('source').store,
        proofs: below(context.place('proofs')),
        journal: below(context.place('journals')),
        now: () => new Date(),
        parallel: 4,
      });
      for (const key of changed) context.log(`kept, it changed since: ${key}`);
      for (const key of added) context.log(`kept, it came since: ${key}`);
      for (const { key, reason } of errors) context.log(`not deleted, ${reason}: ${key}`);
      const facts = { deleted, gone, 'kept, changed': changed.length, 'kept, added': added.length };
      if (errors.length === 0) return { exitCode: 0, facts };
      const reason = `${counted(errors.length, 'object')} could not be deleted: ${errors[0]!.reason}`;
      return { exitCode: exitCodes.toolFailed, reason, facts };
    }),
};
