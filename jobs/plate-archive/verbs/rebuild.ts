import { resolve } from 'node:path';
import type { ObjectStore, StoredObject } from '../../../lib/contract/ports/object-store.ts';
import { makeUsableFolder } from '../../../lib/contract/verb/make-folder.ts';
import { replaceFile } from '../../../lib/contract/verb/replace-file.ts';
import { counted, numberText } from '../../../lib/contract/verb/texts.ts';
import { gather, LabError, refuse } from '../../../lib/contract/workload/errors.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { decodeIndex, encodeIndex, type IndexEntry } from '../format/archive-index.ts';
import { archivePrefix, indexTarKey, type PlateName, tarsPrefix } from '../format/archive-keys.ts';
import { bagOf } from '../format/bag.ts';
import { nameOfArchive, readGeneration } from '../generations.ts';
import { keptTwice } from '../kept-twice.ts';
import { plateCommand } from '../plate/plate-command.ts';
import { PlateError } from '../plate/plate-error.ts';
import type { ThawRequest } from '../restore/cold.ts';
import { askForTars } from '../restore/describe-restore.ts';
import { isOfTars, readSeal } from '../restore/find-entries.ts';
import { rebuildIndex } from '../restore/scan-tars.ts';
import { stateOf } from '../restore/thaw.ts';
import { archiveNumber, archiveOption, onePlate, plateOptions, wantedPlates } from './chosen-plates.ts';
import { archivePlaces } from './places.ts';
import { thawHow, thawOptions } from './thawed.ts';
import { toldPlainly } from './told-plainly.ts';
import type { ArchiveVerb } from './verb.ts';

export const rebuild: ArchiveVerb = {
  summary: 'make a plate’s index and manifest anew from its tars, where they are lost',
  usage: '--plate NAME --to FOLDER',
  options: {
    ...plateOptions,
    ...archiveOption,
    to: { type: 'string', value: 'FOLDER', describe: 'where index.ndjson and manifest-sha256.txt go' },
    ...thawOptions,
  },
  async run(ports, args) {
    const to = args.text('to');
    const told = gather();
    const how = (await told.ask(() => thawHow(args)))!;
    await told.ask(() => refuse(to === undefined ? [{ where: '--to', message: 'is needed: a folder' }] : []));
    told.refuse();
    const places = await archivePlaces(ports);
    const { archive } = places;
    const plate = await onePlate(ports, wantedPlates(args), places, 'rebuild');
    const name = await toldPlainly(plate.plate, () => nameOfArchive(archive, plate, archiveNumber(args)));
    if (!name)
      throw new LabError({ where: plate.plate, message: 'no archive of it is known' }, exitCodes.toMend);
    const folder = resolve(ports.cwd, to!);
    await makeUsableFolder(folder);
    const coming = (tars: () => Promise<readonly StoredObject[]>) =>
      ports.first(args.flag('wait'), async () => askForAll(archive, plate.plate, await tars(), how));
    // The tar of the index is a thousandth of all tars.
    const small = async () => [(await archive.look(indexTarKey(plate, name.digest))) ?? []].flat();
    const stopped = await coming(small);
    if (stopped !== undefined) return stopped;
    let entries = await indexInTar(archive, plate, name.digest);
    if (!entries) {
      const tars = await storedTars(archive, plate, name.digest);
      const stopped = await coming(() => storedTars(archive, plate, name.digest));
      if (stopped !== undefined) return stopped;
      const known = await orUndefined(() => readGeneration(archive, plate, name));
      const objects = known?.inventory.objects;
      ({ entries } = await toldPlainly(plate.plate, () =>
        rebuildIndex(archive, tars, objects, number =>
          ports.say(`reading tar ${number + 1} of ${numberText(tars.length)}`),
        ),
      ));
      if (!known) ports.say('the inventory is lost, too, so ETags and versions are not known');
    }
    await replaceFile(resolve(folder, 'index.ndjson'), encodeIndex(entries).bytes);
    await replaceFile(resolve(folder, 'manifest-sha256.txt'), bagOf(entries, {})['manifest-sha256.txt']);
    ports.print(folder);
    const made = `${counted(entries.length, 'object')} in the index`;
    const seal = await orUndefined(() => readSeal(archive, plate, name.digest));
    if (seal && !isOfTars(entries, seal)) {
      ports.say(
        `${made}; it is not what was sealed, so a tar is damaged, and restore does not go by it\nNext: ${plateCommand('verify', plate)}${ports.suffix}`,
      );
      return exitCodes.toMend;
    }
    const words = ['--index', `${to}/index.ndjson`, '--to', `${to}/restored`];
    ports.say(`${made}\nNext: ${plateCommand('restore', plate, ...words)}${ports.suffix}`);
    return exitCodes.ok;
  },
};

async function orUndefined<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PlateError) return undefined;
    throw error;
  }
}

/** As it was sealed. Undefined where seal or tar do not say it. */
const indexInTar = (
  archive: ObjectStore,
  plate: PlateName,
  digest: string,
): Promise<readonly IndexEntry[] | undefined> =>
  orUndefined(async () => {
    const { index } = await readSeal(archive, plate, digest);
    return decodeIndex(await keptTwice(archive, plate, digest, 'index.ndjson', index.sha256));
  });

function askForAll(
  archive: ObjectStore,
  plate: string,
  tars: readonly StoredObject[],
  how: ThawRequest,
): Promise<readonly string[]> {
  const needed = tars.map((object, number) => ({ number, object, state: stateOf(object) }));
  return askForTars(archive, plate, { tars: needed }, how);
}

/** The tars of an archive, in order. */
async function storedTars(
  archive: ObjectStore,
  plate: PlateName,
  digest: string,
): Promise<readonly StoredObject[]> {
  const tars: StoredObject[] = [];
  for await (const { key } of archive.list(tarsPrefix(plate, digest))) {
    const found = key.endsWith('-index.tar') ? undefined : await archive.look(key);
    if (found) tars.push(found);
  }
  if (tars.length > 0) return tars;
  throw new LabError(
    { where: plate.plate, message: `there are no tars below ${archivePrefix(plate, digest)}` },
    exitCodes.toMend,
  );
}
