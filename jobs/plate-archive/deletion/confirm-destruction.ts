import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import { LabError, type Problem } from '../../../lib/contract/workload/errors.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import type { Confirmation, Item, RunRequest, SpecPorts } from '../../../lib/contract/workload/workload.ts';
import { currentObjects } from '../current-objects.ts';
import type { PlateName } from '../format/archive-keys.ts';
import { sha256 } from '../format/inventory.ts';
import { archiveNumbers, nameOfArchive, readGeneration } from '../generations.ts';
import { PlateError } from '../plate/plate-error.ts';
import { plateOf } from '../plate/plate-request.ts';
import { prefixed } from '../prefixed.ts';
import { gigabytes } from '../prices.ts';
import { storedVersions } from './stored-versions.ts';

/** What would be lost for good, and whether the source has it still. Throws LabError for a plate that has nothing stored. */
export async function confirmDestruction(
  items: readonly Item[],
  { parameters: { project = '', batch = '' } }: RunRequest,
  ports: SpecPorts,
): Promise<Confirmation> {
  const below = (name: string) => {
    const { store, prefix } = ports.place(name);
    return prefixed(store, prefix);
  };
  const [archive, proofs] = [below('archive'), below('proofs')];
  const source = ports.place('source').store;
  const problems: Problem[] = [];
  const lines: string[] = [];
  const seen: unknown[] = [];
  for (const [i, item] of items.entries()) {
    ports.signal.throwIfAborted();
    ports.progress(`looking at ${item.name}, ${i + 1} of ${items.length}`);
    const plate = plateOf(item, { project, batch });
    const stored = [...(await storedVersions(archive, plate)), ...(await storedVersions(proofs, plate))];
    if (stored.length === 0) {
      problems.push({ where: item.name, message: 'nothing is stored of it: lab archive status' });
      continue;
    }
    seen.push([item.name, stored.map(({ key, versionId }) => [key, versionId])]);
    const bytes = stored.reduce((sum, { size }) => sum + size, 0);
    lines.push(
      `${item.name}: ${counted(stored.length, 'version')}, ${gigabytes(bytes)}, would be destroyed, and no one could bring them back`,
    );
    lines.push(...(await whatIsLost(archive, source, plate)));
  }
  if (problems.length > 0) throw new LabError(problems);
  return { lines, word: `destroy-${items.length}-${sha256(JSON.stringify(seen)).slice(0, 6)}` };
}

/** Of all archives of the plate: what one of them holds may be in no other. */
async function whatIsLost(
  archive: ObjectStore,
  source: ObjectStore,
  plate: PlateName,
): Promise<readonly string[]> {
  const archived = new Set<string>();
  const prefixes = new Set<string>();
  const lines: string[] = [];
  for (const number of await archiveNumbers(archive, plate)) {
    try {
      const name = (await nameOfArchive(archive, plate, number))!;
      const { head, objects } = (await readGeneration(archive, plate, name)).inventory;
      for (const { key } of objects) archived.add(key);
      for (const { prefix } of head.folders) prefixes.add(prefix);
    } catch (error) {
      // A half-destroyed archive has no inventory any more, and is destroyed all the same.
      if (!(error instanceof PlateError)) throw error;
      lines.push(
        `  what its archive ${number} holds cannot be read any more, nor whether the source has it: ${error.message}`,
      );
    }
  }
  const present = new Set<string>();
  for (const prefix of prefixes)
    for await (const page of currentObjects(source, prefix)) for (const { key } of page) present.add(key);
  const lost = [...archived].filter(key => !present.has(key)).length;
  const count = (value: number): string => value.toLocaleString('en-US');
  if (archived.size === 0) return lines;
  return [
    ...lines,
    lost === 0
      ? '  the source has all of its objects, in some version'
      : `  ${count(lost)} of its ${counted(archived.size, { one: 'object is', many: 'objects are' })} at the source no more: THE ARCHIVE IS ALL THERE IS OF THEM`,
  ];
}
