import type { ObjectStore, ObjectVersion } from '../../../lib/contract/ports/object-store.ts';
import { type PlateName, platePrefix } from '../format/archive-keys.ts';

/** All that S3 has of a plate's archives in a place: every version and every delete marker. */
export async function storedVersions(
  store: ObjectStore,
  plate: PlateName,
): Promise<readonly ObjectVersion[]> {
  const found: ObjectVersion[] = [];
  for await (const version of store.versions(platePrefix(plate))) found.push(version);
  return found;
}
