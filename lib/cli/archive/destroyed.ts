import type { ObjectStore } from '../../contract/ports/object-store.ts';

/** What the records of destructions say. */
export interface DestroyedPlate {
  readonly plate: string;
  readonly at: string;
  readonly reason: string;
}

export async function destroyedPlates(
  records: ObjectStore,
  project: string | undefined,
): Promise<readonly DestroyedPlate[]> {
  const found: DestroyedPlate[] = [];
  for await (const { key } of records.list(project === undefined ? '' : `${project}/`)) {
    if (!key.endsWith('.begun.json')) continue;
    const text = await records.get(key);
    if (text) found.push(JSON.parse(text.toString('utf8')) as DestroyedPlate);
  }
  return found;
}
