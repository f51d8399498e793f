import { plateOf } from '../../../jobs/plate-archive/plate-request.ts';
import { bucketTarget } from '../../../jobs/plate-archive/restore/bucket-target.ts';
import { lookAtRestore, patternsOf } from '../../../jobs/plate-archive/restore/describe-restore.ts';
import { restoreEntries } from '../../../jobs/plate-archive/restore/restore-entries.ts';
import { request } from '../../../jobs/plate-archive/restore/thaw.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import type { TaskResult } from '../../../lib/contract/workload/task.ts';
import { asResult, below, type PlateContext } from './plate-context.ts';

/** One plate, or some of its objects, back to a bucket: asks for the tars that are cold, and places what can be read. */
export const restoreTask = {
  run: (context: PlateContext): Promise<TaskResult> =>
    asResult(async () => {
      const { project = '', batch = '', tier = 'Bulk', days = '7' } = context.parameters;
      const plate = plateOf(context.items[0]!, { project, batch });
      const archive = below(context.place('archive'));
      const { entries, tars } = await lookAtRestore(archive, plate, patternsOf(context.parameters));
      const asked = await request(archive, tars, { tier: tier as 'Bulk' | 'Standard', days: Number(days) });
      const waiting = tars.filter(({ state }) => state !== 'readable').length;
      if (waiting > 0) {
        const reason = `${waiting} of ${tars.length} tars are on their way (${asked} asked for now): submit it again when they are there`;
        return { exitCode: exitCodes.toolFailed, reason };
      }
      const target = context.place('target');
      const outcomes = await restoreEntries({
        ...{ archive, entries, overwrite: false, parallel: 8, signal: context.signal },
        tars: new Map(tars.map(({ number, object }) => [number, object])),
        target: bucketTarget(target.store, context.parameters.to === undefined ? '' : target.prefix),
      });
      const count = (outcome: string): number => outcomes.filter(each => each.outcome === outcome).length;
      for (const { key, outcome } of outcomes)
        if (outcome === 'kept' || outcome === 'damaged') context.log(`${outcome}: ${key}`);
      const facts = {
        restored: count('restored'),
        'there already': count('there'),
        kept: count('kept'),
        damaged: count('damaged'),
      };
      if (facts.kept + facts.damaged === 0) return { exitCode: 0, facts };
      const reason = `${facts.kept} objects were not restored, for something else is there; ${facts.damaged} are damaged in the archive`;
      return { exitCode: exitCodes.toolFailed, reason, facts };
    }),
};
