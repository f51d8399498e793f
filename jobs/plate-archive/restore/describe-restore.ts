import type { ObjectStore } from '../../../lib/contract/ports/object-store.ts';
import type { Item, RunRequest, SpecPorts } from '../../../lib/contract/workload/workload.ts';
import type { IndexEntry } from '../archive-index.ts';
import type { PlateName } from '../archive-keys.ts';
import { type Generation, newestGeneration } from '../generations.ts';
import { PlateError } from '../plate-error.ts';
import { plateOf } from '../plate-request.ts';
import { prefixed } from '../prefixed.ts';
import {
  aboutDollars,
  dollars,
  gigabytes,
  prices,
  type RestoreTier,
  restoreCost,
  type StorageClass,
} from '../prices.ts';
import type { Seal } from '../seal.ts';
import { findEntries, readSeal } from './find-entries.ts';
import { type NeededTar, neededTars } from './thaw.ts';

/** What a restore of a plate is about to read. */
export interface WantedRestore {
  readonly generation: Generation;
  readonly seal: Seal;
  readonly entries: readonly IndexEntry[];
  readonly tars: readonly NeededTar[];
}

export const patternsOf = ({ include = '' }: Readonly<Record<string, string>>): readonly string[] =>
  include
    .split(',')
    .map(pattern => pattern.trim())
    .filter(Boolean);

/** Finds the wanted objects and the tars that hold them. Throws PlateError where there are none. */
export async function lookAtRestore(
  archive: ObjectStore,
  plate: PlateName,
  patterns: readonly string[],
  index?: Buffer,
): Promise<WantedRestore> {
  const generation = await newestGeneration(archive, plate);
  if (!generation) throw new PlateError([`there is no archive of ${plate.plate}`]);
  const { head, digest } = generation.inventory;
  const seal = await readSeal(archive, plate, digest);
  const prefixes = head.folders.map(({ prefix }) => prefix);
  const entries = await findEntries(archive, plate, seal, patterns, prefixes, index);
  if (entries.length === 0)
    throw new PlateError([`nothing in the archive of ${plate.plate} fits ${patterns.join(', ')}`]);
  return { generation, seal, entries, tars: await neededTars(archive, plate, seal, entries) };
}

/** What is wrong with how a restore was asked for. */
export function restoreProblems({ parameters: { days = '7' } }: RunRequest): readonly string[] {
  const number = Number(days);
  return Number.isInteger(number) && number >= 1 && number <= 365
    ? []
    : [`--days ${days} is not a whole number from 1 to 365`];
}

/** What is to be read, what has to thaw first, what that costs and how long it takes; a line or two a plate. */
export function restoreLines(
  plate: string,
  { seal, entries, tars }: WantedRestore,
  { tier, days }: { readonly tier: RestoreTier; readonly days: number },
): readonly string[] {
  const count = (value: number, noun: string): string =>
    `${value.toLocaleString('en-US')} ${noun}${value === 1 ? '' : 's'}`;
  const bytes = entries.reduce((sum, { size }) => sum + size, 0);
  const lines = [
    `${plate}: ${count(entries.length, 'object')}, ${gigabytes(bytes)}, in ${count(tars.length, 'tar')} of ${seal.tars.length}`,
  ];
  const cold = tars.filter(({ state }) => state === 'archived');
  const coming = tars.filter(({ state }) => state === 'on-its-way').length;
  if (coming > 0) lines.push(`  ${count(coming, 'tar')} on the way already`);
  if (cold.length === 0) return lines;
  const storageClass = cold[0]!.object.storageClass as StorageClass;
  const cost = restoreCost(
    { count: cold.length, bytes: cold.reduce((sum, { object }) => sum + object.size, 0) },
    prices[storageClass] ? storageClass : 'DEEP_ARCHIVE',
    tier,
    days,
  );
  lines.push(
    cost
      ? `  ${count(cold.length, 'tar')} in ${storageClass}: ${tier} takes up to ${cost.hours} hours and ${aboutDollars(cost.retrieval)}, and ${dollars(cost.copies)} for copies of ${days} days`
      : `  ${storageClass} has no tier ${tier}`,
  );
  return lines;
}

/** The same for all plates of a submission. A plate that cannot be restored is its row's to tell. */
export async function describeRestore(
  items: readonly Item[],
  { parameters }: RunRequest,
  ports: SpecPorts,
): Promise<readonly string[]> {
  const { store, prefix } = ports.place('archive');
  const archive = prefixed(store, prefix);
  const { project = '', batch = '', tier = 'Bulk', days = '7' } = parameters;
  const lines: string[] = [];
  for (const [i, item] of items.entries()) {
    ports.signal.throwIfAborted();
    ports.progress(`looking at ${item.name}, ${i + 1} of ${items.length}`);
    try {
      const wanted = await lookAtRestore(archive, plateOf(item, { project, batch }), patternsOf(parameters));
      lines.push(...restoreLines(item.name, wanted, { tier: tier as RestoreTier, days: Number(days) }));
    } catch (error) {
      if (!(error instanceof PlateError)) throw error;
      lines.push(`${item.name}: ${error.message}`);
    }
  }
  return lines;
}
