import type { ObjectStore, StoredObject } from '../../../lib/contract/ports/object-store.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import type { PlateName } from '../format/archive-keys.ts';
import { PlateError } from '../plate/plate-error.ts';
import { gigabytes } from '../prices.ts';
import { checkTier, coldTexts, type ThawRequest } from './cold.ts';
import { type OldTarball, oldTarballs } from './old-tarball.ts';
import { stateOf } from './thaw.ts';

/** What the older scripts archived of a plate. */
export interface OldPlate {
  readonly tarballs: readonly OldTarball[];
  /** Tarballs and the files beside them. */
  readonly objects: readonly StoredObject[];
}

/** Throws PlateError where nothing is there. */
export async function lookAtOldPlate(
  store: ObjectStore,
  prefix: string,
  plate: Pick<PlateName, 'project' | 'batch' | 'plate'>,
): Promise<OldPlate> {
  const tarballs = await oldTarballs(store, prefix, plate);
  if (tarballs.length === 0)
    throw new PlateError([
      `no ${plate.project}_${plate.batch}_${plate.plate}*.tar.gz is below s3://${store.bucket}/${prefix}`,
    ]);
  return { tarballs, objects: tarballs.flatMap(({ object, beside }) => [object, ...beside]) };
}

/** What is to be read, what has to thaw first, what that costs and how long it takes. */
export function oldLines(
  plate: string,
  { tarballs, objects }: OldPlate,
  how: ThawRequest,
): readonly string[] {
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  const lines = [`${plate}: ${counted(tarballs.length, 'older tarball')}, ${gigabytes(bytes)}`];
  const cold = objects.filter(object => stateOf(object) === 'archived');
  if (cold.length === 0) return lines;
  const texts = coldTexts(cold, how, count => `${count} of its objects`);
  return [...lines, ...texts.map(text => `  ${text}`)];
}

/** Asks for what is cold; a line where something is not there yet. */
export async function askForOld(
  store: ObjectStore,
  plate: string,
  { objects }: OldPlate,
  { tier, days }: ThawRequest,
): Promise<readonly string[]> {
  const cold = objects.filter(object => stateOf(object) === 'archived');
  checkTier(cold, tier);
  for (const object of cold)
    await store.restore(object.key, { tier, ...(object.archiveStatus === undefined ? { days } : {}) });
  const waiting = objects.filter(object => stateOf(object) !== 'readable').length;
  return waiting === 0
    ? []
    : [
        `${plate}: ${waiting} of ${counted(objects.length, { one: 'object of its older tarballs is', many: 'objects of its older tarballs are' })} on the way`,
      ];
}
