import {
  type CurrentObject,
  currentObjects,
  isArchived,
} from '../../../jobs/plate-archive/current-objects.ts';
import {
  compareKeys,
  encodeInventory,
  headLine,
  type InventoryHead,
  objectLines,
  objectOf,
  type SourceFolder,
  sortObjects,
} from '../../../jobs/plate-archive/format/inventory.ts';
import { joined, linesIn } from '../../../jobs/plate-archive/format/lines.ts';
import { PlateError } from '../../../jobs/plate-archive/plate/plate-error.ts';
import { type FolderRule, type Plate, prefixOf } from '../../../jobs/plate-archive/plate/plate-folders.ts';
import { stateOf } from '../../../jobs/plate-archive/restore/thaw.ts';
import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';

/** A page of a listing as lines of the inventory: its objects would be three times as large. */
interface ListedPage {
  readonly first: string;
  readonly last: string;
  readonly lines: Buffer;
}

/** Lists a plate's folders and makes the inventory that everything afterwards goes by, as it is stored. Throws PlateError. */
export async function freeze(
  source: ObjectStore,
  plate: Plate,
  rules: readonly FolderRule[],
  {
    tarBytes,
    now,
    onListed,
  }: {
    readonly tarBytes: number;
    readonly now: Date;
    readonly onListed?: ((bytes: number) => void) | undefined;
  },
): Promise<Buffer> {
  const pages: ListedPage[] = [];
  let listed = 0;
  const folders = await Promise.all(
    rules.map(async (rule): Promise<SourceFolder> => {
      const prefix = prefixOf(rule, plate);
      let [objects, bytes] = [0, 0];
      for await (const page of readableObjects(source, prefix)) {
        if (page.length === 0) continue;
        objects += page.length;
        const ofPage = page.reduce((sum, { size }) => sum + size, 0);
        bytes += ofPage;
        listed += ofPage;
        onListed?.(listed);
        pages.push(pageOf(page));
      }
      return { name: rule.name, prefix, objects, bytes };
    }),
  );
  const missing = folders.filter((folder, i) => rules[i]!.required && folder.objects === 0);
  if (missing.length > 0)
    throw new PlateError(
      missing.map(
        ({ name, prefix }) =>
          `there are no ${name} of ${plate.plate}: nothing lies below s3://${source.bucket}/${prefix}`,
      ),
    );
  return inventoryOf(pages, {
    format: 'plate inventory 1',
    project: plate.project,
    batch: plate.batch,
    plate: plate.plate,
    plateFull: plate.plateFull,
    labels: plate.labels,
    bucket: source.bucket,
    frozenAt: now.toISOString(),
    tarBytes,
    folders,
    objects: folders.reduce((sum, { objects }) => sum + objects, 0),
    bytes: folders.reduce((sum, { bytes }) => sum + bytes, 0),
  });
}

function pageOf(page: readonly CurrentObject[]): ListedPage {
  const sorted = sortObjects(page);
  const [first, last] = [sorted[0]!.key, sorted.at(-1)!.key];
  // Copies: a key that a listing gave holds the text of all that came with it.
  return { first: structuredClone(first), last: structuredClone(last), lines: objectLines(sorted) };
}

/** Pages follow each other, unless two folders lie in each other's keys. Throws where a key is there twice. */
function inventoryOf(pages: readonly ListedPage[], head: InventoryHead): Buffer {
  const sorted = pages.toSorted((a, b) => compareKeys(a.first, b.first));
  const isInOrder = sorted.every(({ first }, i) => i === 0 || compareKeys(sorted[i - 1]!.last, first) < 0);
  if (isInOrder) return joined([Buffer.from(headLine(head)), ...sorted.map(({ lines }) => lines)]);
  return encodeInventory(head, sortObjects(sorted.flatMap(({ lines }) => [...linesIn(lines, 0, objectOf)])));
}

/** A folder's objects, page by page. Throws PlateError behind the last of them where some cannot be read. */
export async function* readableObjects(
  source: ObjectStore,
  prefix: string,
): AsyncIterable<readonly CurrentObject[]> {
  const cold: string[] = [];
  for await (const page of currentObjects(source, prefix)) {
    for (const object of page) if (isArchived(object)) cold.push(object.key);
    yield page;
  }
  if (cold.length > 0 && !(await areReadable(source, cold)))
    throw new PlateError([
      `${cold.length} of the objects of s3://${source.bucket}/${prefix} cannot be read, for they are in an archive class already, s3://${source.bucket}/${cold[0]} first: restore them, or leave their folder out`,
    ]);
}

/** A copy that was asked for can be read, and listings do not say so. Looks until one cannot. */
async function areReadable(source: ObjectStore, keys: readonly string[]): Promise<boolean> {
  const atOnce = 16;
  for (let i = 0; i < keys.length; i += atOnce) {
    const found = await Promise.all(keys.slice(i, i + atOnce).map(key => source.look(key)));
    if (found.some(each => each !== undefined && stateOf(each) !== 'readable')) return false;
  }
  return true;
}
