import { archivePrefix } from '../../../jobs/plate-archive/archive-keys.ts';
import { currentObjects } from '../../../jobs/plate-archive/current-objects.ts';
import { newestGeneration } from '../../../jobs/plate-archive/generations.ts';
import { PlateError } from '../../../jobs/plate-archive/plate-error.ts';
import { plateMap } from '../../../jobs/plate-archive/plate-map.ts';
import { platePage } from '../../../jobs/plate-archive/plate-page.ts';
import { plateOf } from '../../../jobs/plate-archive/plate-request.ts';
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
      if (!newest) throw new PlateError([`there is no archive of ${plate.plate}`]);
      const { head, objects, digest } = newest.inventory;
      const seal = await readSeal(archive, plate, digest);
      const present = new Set<string>();
      for (const { prefix } of head.folders)
        for await (const { key } of currentObjects(context.place('source').store, prefix)) present.add(key);
      const map = plateMap(
        objects.map(({ key }) => key),
        key => present.has(key),
      );
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
