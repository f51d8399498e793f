import { isStoreError, type ObjectStore } from '../../lib/contract/ports/object-store.ts';
import { counted } from '../../lib/contract/workload/number-text.ts';
import type { Item, RunRequest, SpecPorts } from '../../lib/contract/workload/workload.ts';
import { type CurrentObject, currentObjects, isArchived } from './current-objects.ts';
import { type PlateName, sealKey } from './format/archive-keys.ts';
import { compareKeys, type SourceObject } from './format/inventory.ts';
import { layOut } from './format/layout.ts';
import { cutParts } from './format/parts.ts';
import { nameOfArchive } from './generations.ts';
import { PlateError } from './plate/plate-error.ts';
import { prefixOf } from './plate/plate-folders.ts';
import { plateOf, readPlateRequest } from './plate/plate-request.ts';
import { prefixed } from './prefixed.ts';
import { aboutDollars, archiveCost, dollars, gigabytes } from './prices.ts';
import { unreadable } from './unreadable.ts';

const partBytes = 8 * 1024 * 1024;
/** What an object's lines in inventory, index and manifest come to. */
const besideObject = 700;

/** Of what is cold: who restores it needs to know where it is. */
const shownKeys = 5;
const shownPlates = 5;

/** Whether an archive of it is finished: a submission makes nothing of it again. What may not be looked at is reckoned as if there were none. */
async function hasArchive(archive: ObjectStore, plate: PlateName): Promise<boolean> {
  try {
    const name = await nameOfArchive(archive, plate);
    return name !== undefined && (await archive.get(sealKey(plate, name.digest))) !== undefined;
  } catch (error) {
    if (error instanceof PlateError || isStoreError(error, 'AccessDenied')) return false;
    throw error;
  }
}

/** What a submission would do, plate by plate: objects, bytes, tars, and what it all costs. Lists the sources. */
export async function describeArchives(
  items: readonly Item[],
  { parameters }: RunRequest,
  ports: SpecPorts,
): Promise<readonly string[]> {
  const { request } = readPlateRequest(parameters);
  const { store } = ports.place('source');
  const archives = ports.place('archive');
  const archive = prefixed(archives.store, archives.prefix);
  const before: string[] = [];
  const total = { objects: 0, bytes: 0, tars: 0, parts: 0, tarBytes: 0, besideBytes: 0 };
  const lines: string[] = [];
  for (const [i, item] of items.entries()) {
    ports.signal.throwIfAborted();
    ports.progress(`looking at ${item.name}, ${i + 1} of ${items.length}`);
    if (!request.again && (await hasArchive(archive, plateOf(item, request)))) {
      before.push(item.name);
      continue;
    }
    const objects: SourceObject[] = [];
    const missing: string[] = [];
    const cold: string[] = [];
    const first: string[] = [];
    for (const rule of request.rules) {
      const found: CurrentObject[] = [];
      for await (const page of currentObjects(store, prefixOf(rule, plateOf(item, request))))
        found.push(...page);
      // Pages come in no order.
      found.sort((a, b) => compareKeys(a.key, b.key));
      if (found.length === 0) missing.push(rule.name);
      else first.push(found[0]!.key);
      for (const object of found) {
        objects.push(object);
        if (isArchived(object)) cold.push(object.key);
      }
    }
    objects.sort((a, b) => compareKeys(a.key, b.key));
    const { tars } = layOut(objects, request.tarBytes);
    total.objects += objects.length;
    total.bytes += objects.reduce((sum, { size }) => sum + size, 0);
    total.tars += tars.length;
    total.parts += tars.reduce((sum, tar) => sum + cutParts(tar, partBytes).length, 0);
    total.tarBytes += tars.reduce((sum, { bytes }) => sum + bytes, 0);
    total.besideBytes += objects.length * besideObject;
    if (cold.length > 0)
      lines.push(
        `${item.name} has ${cold.length.toLocaleString('en-US')} ${cold.length === 1 ? 'object' : 'objects'} in an archive class, and fails where they have no readable copy`,
        ...cold.slice(0, shownKeys).map(key => `  s3://${store.bucket}/${key}`),
      );
    for (const problem of await unreadable(store, first)) lines.push(`${item.name} fails: ${problem}`);
    const needed = request.rules.filter(({ name, required }) => required && missing.includes(name));
    if (missing.length > 0)
      lines.push(
        `${item.name} has no ${missing.join(', ')}${needed.length > 0 ? `, and fails without ${needed.map(({ name }) => name).join(', ')}` : ''}`,
      );
  }
  const cost = archiveCost(total, request.storageClass);
  const count = (value: number): string => value.toLocaleString('en-US');
  return [
    `${counted(total.objects, 'object')}, ${gigabytes(total.bytes)}, in ${counted(total.tars, 'tar')} of ${request.storageClass}`,
    `${count(cost.gets)} reads and ${count(cost.puts)} writes, ${aboutDollars(cost.requests)} once`,
    `${aboutDollars(cost.month)} a month, in place of ${dollars(cost.sourceMonth)} (list prices of us-east-1)`,
    ...(before.length > 0
      ? [
          `${before.slice(0, shownPlates).join(', ')}${before.length > shownPlates ? ` and ${count(before.length - shownPlates)} more` : ''} ${before.length === 1 ? 'has an archive' : 'have archives'} already: not reckoned here, for nothing is archived anew without --again`,
        ]
      : []),
    ...lines,
  ];
}
