import { LabError, type Problem } from '../../../lib/contract/workload/errors.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import type { Confirmation, Item, RunRequest, SpecPorts } from '../../../lib/contract/workload/workload.ts';
import { sha256 } from '../format/inventory.ts';
import { newestGeneration } from '../generations.ts';
import { PlateError } from '../plate/plate-error.ts';
import { plateOf } from '../plate/plate-request.ts';
import { prefixed } from '../prefixed.ts';
import { gigabytes } from '../prices.ts';
import { openProof } from './open-proof.ts';
import { type DeletionPlan, planDeletion } from './plan-deletion.ts';
import { whatDeletionMeans } from './what-deletion-means.ts';

const namesShown = 5;

/**
 * What would go and what would stay, plate by plate, behind proofs that hold. Throws LabError with every plate that has none:
 * the deleter would refuse them, too.
 */
export async function confirmDeletion(
  items: readonly Item[],
  { parameters: { project = '', batch = '' } }: RunRequest,
  ports: SpecPorts,
): Promise<Confirmation> {
  const [archive, proofs] = ['archive', 'proofs'].map(name => {
    const { store, prefix } = ports.place(name);
    return prefixed(store, prefix);
  }) as [ReturnType<typeof prefixed>, ReturnType<typeof prefixed>];
  const source = ports.place('source').store;
  const problems: Problem[] = [];
  const lines: string[] = [];
  const prefixes = new Set<string>();
  const seen: unknown[] = [];
  let objects = 0;
  for (const [i, item] of items.entries()) {
    ports.signal.throwIfAborted();
    ports.progress(`comparing ${item.name} with its proof, ${i + 1} of ${items.length}`);
    const plate = plateOf(item, { project, batch });
    try {
      const newest = await newestGeneration(archive, plate);
      if (!newest) throw new PlateError(['there is no archive of it: lab archive create']);
      const { digest, head } = newest.inventory;
      const proof = await openProof(proofs, plate, digest, ports.now());
      const plan = await planDeletion({ source, archive, plate }, proof);
      for (const { prefix } of head.folders) prefixes.add(prefix);
      objects += plan.going.length;
      seen.push([digest, plan.going.length]);
      lines.push(...planLines(item.name, plan, proof.text));
    } catch (error) {
      if (!(error instanceof PlateError)) throw error;
      problems.push(...error.problems.map(message => ({ where: item.name, message })));
    }
  }
  if (problems.length > 0) throw new LabError(problems);
  lines.push(...(await whatDeletionMeans(source, [...prefixes])));
  return { lines, word: `delete-${objects}-${sha256(JSON.stringify(seen)).slice(0, 6)}` };
}

function planLines(
  plate: string,
  { going, gone, changed, added }: DeletionPlan,
  { verifiedAt, expiresAt }: { readonly verifiedAt: string; readonly expiresAt: string },
): readonly string[] {
  const count = (value: number): string => value.toLocaleString('en-US');
  let bytes = 0;
  for (const { size } of going) bytes += size;
  const stays = (keys: readonly string[], why: string): readonly string[] => [
    ...keys.slice(0, namesShown).map(key => `  stays, ${why}: ${key}`),
    ...(keys.length > namesShown ? [`  and ${count(keys.length - namesShown)} more that ${why}`] : []),
  ];
  return [
    `${plate}: ${counted(going.length, 'object')}, ${gigabytes(bytes)}, would go${gone > 0 ? `; ${count(gone)} are gone already` : ''} (proven ${verifiedAt}, until ${expiresAt})`,
    ...stays(changed, 'changed or written anew since the archive'),
    ...stays(added, 'came since the archive'),
    ...(changed.length + added.length > 0
      ? ['  lab archive create --again archives what stays, as it is now']
      : []),
  ];
}
