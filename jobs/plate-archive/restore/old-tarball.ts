import type { ObjectStore, StoredObject } from '../../../lib/contract/ports/object-store.ts';
import type { PlateName } from '../format/archive-keys.ts';

/** A tarball as the older scripts of labs archived plates: `<project>_<batch>_<plate>_backend.tar.gz`, with `.md5` and `.etag` beside it. */
export interface OldTarball {
  readonly object: StoredObject;
  /** The files beside it that are there: with it they went to the cold class. */
  readonly beside: readonly StoredObject[];
}

const parts = ['_images_illum_analysis', '_backend', ''];
const sumsBeside = ['.md5', '.etag'] as const;

/** The tarballs of a plate below a prefix: two, or one of before 2018. */
export async function oldTarballs(
  store: ObjectStore,
  prefix: string,
  { project, batch, plate }: Pick<PlateName, 'project' | 'batch' | 'plate'>,
): Promise<readonly OldTarball[]> {
  const found: OldTarball[] = [];
  for (const part of parts) {
    const key = `${prefix}${project}_${batch}_${plate}${part}.tar.gz`;
    const object = await store.look(key);
    if (!object) continue;
    const beside = await Promise.all(sumsBeside.map(name => store.look(key + name)));
    found.push({ object, beside: beside.filter(each => each !== undefined) });
  }
  return found;
}
