import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  archivePrefix,
  generationKey,
  generationsPrefix,
  type PlateName,
  tarsPrefix,
} from '../../../jobs/plate-archive/archive-keys.ts';
import { bagOf } from '../../../jobs/plate-archive/bag.ts';
import { newestGeneration } from '../../../jobs/plate-archive/generations.ts';
import type { Inventory } from '../../../jobs/plate-archive/inventory.ts';
import { rebuildIndex } from '../../../jobs/plate-archive/restore/scan-tars.ts';
import type { ObjectStore, StoredObject } from '../../contract/ports/object-store.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { shellWord } from '../output/command-line.ts';
import { counted, numberText } from '../output/output.ts';
import { onePlate, plateOptions } from './chosen-plates.ts';
import { archivePlaces } from './places.ts';
import { toldPlainly } from './told-plainly.ts';
import type { ArchiveVerb } from './verb.ts';

export const rebuild: ArchiveVerb = {
  summary: 'make a plate’s index and manifest anew from its tars, where they are lost',
  usage: '--plate NAME --to FOLDER',
  options: {
    ...plateOptions,
    to: { type: 'string', value: 'FOLDER', describe: 'where index.ndjson and manifest-sha256.txt go' },
  },
  async run(context, args) {
    const to = args.text('to');
    if (to === undefined) throw new LabError({ where: '--to', message: 'is needed: a folder' });
    const places = await archivePlaces(context);
    const plate = await onePlate(context, args, places);
    const { tars, inventory } = await toldPlainly(plate.plate, () => storedTars(places.archive, plate));
    const { bytes, entries } = await toldPlainly(plate.plate, () =>
      rebuildIndex(places.archive, tars, inventory?.objects, number =>
        context.say(`reading tar ${number + 1} of ${numberText(tars.length)}`),
      ),
    );
    const folder = resolve(context.cwd, to);
    await mkdir(folder, { recursive: true });
    await writeFile(resolve(folder, 'index.ndjson'), bytes);
    await writeFile(resolve(folder, 'manifest-sha256.txt'), bagOf(entries, {})['manifest-sha256.txt']);
    context.print(folder);
    context.say(
      `${counted(entries.length, { one: 'object', many: 'objects' })} in ${counted(tars.length, { one: 'tar', many: 'tars' })}${inventory ? '' : '; the inventory is lost, too, so ETags and versions are not known'}\nNext: npx lab archive restore --plate ${shellWord(plate.plate)} --index ${shellWord(`${to}/index.ndjson`)} --to ${shellWord(`${to}/restored`)}${context.suffix}`,
    );
    return exitCodes.ok;
  },
};

/** The tars of the newest archive, in order, and its inventory where that can be read. */
async function storedTars(
  archive: ObjectStore,
  plate: PlateName,
): Promise<{ readonly tars: readonly StoredObject[]; readonly inventory?: Inventory }> {
  const newest = await newestGeneration(archive, plate).catch(() => undefined);
  let digest = newest?.inventory.digest;
  if (digest === undefined) {
    let last = 0;
    for await (const { key } of archive.list(generationsPrefix(plate)))
      last = Math.max(last, Number(key.slice(key.lastIndexOf('/') + 1)));
    digest = (await archive.get(generationKey(plate, last)))?.toString('utf8').trim();
  }
  if (!digest)
    throw new LabError({ where: plate.plate, message: 'no archive of it is known' }, exitCodes.toMend);
  const tars: StoredObject[] = [];
  for await (const { key } of archive.list(tarsPrefix(plate, digest))) {
    const found = key.endsWith('-index.tar') ? undefined : await archive.look(key);
    if (found) tars.push(found);
  }
  if (tars.length === 0)
    throw new LabError(
      { where: plate.plate, message: `there are no tars below ${archivePrefix(plate, digest)}` },
      exitCodes.toMend,
    );
  return { tars, ...(newest ? { inventory: newest.inventory } : {}) };
}
