import { archivePrefix } from '../../../jobs/plate-archive/format/archive-keys.ts';
import { newestGeneration } from '../../../jobs/plate-archive/generations.ts';
import { PlateError } from '../../../jobs/plate-archive/plate/plate-error.ts';
import { plateNow } from '../../../jobs/plate-archive/plate/plate-now.ts';
import { platePage } from '../../../jobs/plate-archive/plate/plate-page.ts';
import { plateOf } from '../../../jobs/plate-archive/plate/plate-request.ts';
import { readSeal } from '../../../jobs/plate-archive/restore/find-entries.ts';
import { restoreNote } from '../../../jobs/plate-archive/restore-note.ts';
import type { TaskResult } from '../../../lib/contract/workload/task.ts';
import { asResult, below, type PlateContext } from './plate-context.ts';

/** What people read of a verified archive, beside it: a page with the plate's map, and how to restore it without us. */
export const sealTask = {
  run: (context: PlateContext): Promise<TaskResult> =>
    asResult(async () => {
      const { project = '', batch = '' } = context.parameters;
      const plate = plateOf(context.items[0]!, { project, batch });
      const place = context.place('archive');
      const archive = below(place);
      const newest = await newestGeneration(archive, plate);
      // Older tarballs have no page of ours.
      if (!newest && context.parameters.old !== undefined) return { exitCode: 0 };
      if (!newest) throw new PlateError([`there is no archive of ${plate.plate}`]);
      const { head, digest } = newest.inventory;
      const seal = await readSeal(archive, plate, digest);
      const [source, journals] = [context.place('source').store, below(context.place('journals'))];
      const map = await plateNow(source, journals, plate, newest.inventory);
      const at = archivePrefix(plate, digest);
      const page = platePage(head, seal, map, new Date().toISOString());
      await archive.put(`${at}plate.html`, page, { contentType: 'text/html; charset=utf-8' });
      await archive.put(`${at}RESTORE.txt`, restoreNote(head, seal), {
        contentType: 'text/plain; charset=utf-8',
      });
      const outputs = ['plate.html', 'RESTORE.txt'].map(name => ({
        bucket: place.bucket,
        key: `${place.prefix}${at}${name}`,
        bytes: name === 'plate.html' ? Buffer.byteLength(page) : Buffer.byteLength(restoreNote(head, seal)),
      }));
      return { exitCode: 0, outputs };
    }),
};
