import { plateOf } from '../../../jobs/plate-archive/plate/plate-request.ts';
import type { TaskResult } from '../../../lib/contract/workload/task.ts';
import { destroyPlate } from '../destroyer/destroy-plate.ts';
import { asResult, below, type PlateContext } from './plate-context.ts';

/** One plate's archives, for good. */
export const destroyTask = {
  run: (context: PlateContext): Promise<TaskResult> =>
    asResult(async () => {
      const { project = '', batch = '', reason = '' } = context.parameters;
      const { versions, bytes } = await destroyPlate({
        archive: below(context.place('archive')),
        proofs: below(context.place('proofs')),
        records: below(context.place('records')),
        plate: plateOf(context.items[0]!, { project, batch }),
        ...{ reason, log: context.log, signal: context.signal },
        now: () => new Date(),
        parallel: 8,
      });
      return { exitCode: 0, facts: { 'versions destroyed': versions, 'bytes destroyed': bytes } };
    }),
};
