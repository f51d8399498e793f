import { LabError, type Problem } from '../../../lib/contract/workload/errors.ts';
import type { Confirmation, Item, RunRequest, SpecPorts } from '../../../lib/contract/workload/workload.ts';
import { currentObjects } from '../current-objects.ts';
import { newestGeneration } from '../generations.ts';
import { sha256 } from '../inventory.ts';
import { plateOf } from '../plate-request.ts';
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
      `${item.name}: ${stored.length.toLocaleString('en-US')} versions, ${gigabytes(bytes)}, would be destroyed, and no one could bring them back`,
    );
    // A half-destroyed archive may have no inventory any more, and is destroyed all the same.
    const newest = await newestGeneration(archive, plate).catch(() => undefined);
    if (!newest) continue;
    const present = new Set<string>();
    for (const { prefix } of newest.inventory.head.folders)
      for await (const page of currentObjects(source, prefix)) for (const { key } of page) present.add(key);
    const lost = newest.inventory.objects.filter(({ key }) => !present.has(key)).length;
    lines.push(
      lost === 0
        ? '  the source has all of its objects, in some version'
        : `  ${lost.toLocaleString('en-US')} of its ${newest.inventory.objects.length.toLocaleString('en-US')} objects are at the source no more: THE ARCHIVE IS ALL THERE IS OF THEM`,
    );
  }
  if (problems.length > 0) throw new LabError(problems);
  return { lines, word: `destroy-${items.length}-${sha256(JSON.stringify(seen)).slice(0, 6)}` };
}
