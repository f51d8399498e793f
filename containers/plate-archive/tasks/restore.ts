import type { PlateName } from '../../../jobs/plate-archive/format/archive-keys.ts';
import { PlateError } from '../../../jobs/plate-archive/plate/plate-error.ts';
import { plateOf } from '../../../jobs/plate-archive/plate/plate-request.ts';
import { bucketTarget } from '../../../jobs/plate-archive/restore/bucket-target.ts';
import {
  askForTars,
  lookAtRestore,
  numberOf,
  patternsOf,
} from '../../../jobs/plate-archive/restore/describe-restore.ts';
import { matcher } from '../../../jobs/plate-archive/restore/find-entries.ts';
import { askForOld, lookAtOldPlate } from '../../../jobs/plate-archive/restore/old-plate.ts';
import { type RestoreOutcome, restoreEntries } from '../../../jobs/plate-archive/restore/restore-entries.ts';
import {
  type OldOutcome,
  restoreOldTarball,
} from '../../../jobs/plate-archive/restore/restore-old-tarball.ts';
import type { RestoreTarget } from '../../../jobs/plate-archive/restore/target.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import type { TaskResult } from '../../../lib/contract/workload/task.ts';
import { asResult, below, type PlateContext } from './plate-context.ts';

/** One plate, or some of its objects, back to a bucket: asks for the tars that are cold, and places what can be read. */
export const restoreTask = {
  run: (context: PlateContext): Promise<TaskResult> =>
    asResult(() => (context.parameters.old === undefined ? restoreArchive(context) : restoreOld(context))),
};

interface Asked {
  readonly plate: PlateName;
  readonly patterns: readonly string[];
  readonly how: { readonly tier: 'Bulk' | 'Standard'; readonly days: number };
  readonly target: RestoreTarget;
}

function askedOf(context: PlateContext): Asked {
  const { project = '', batch = '', tier = 'Bulk', days = '7', to } = context.parameters;
  const target = context.place('target');
  return {
    plate: plateOf(context.items[0]!, { project, batch }),
    patterns: patternsOf(context.parameters),
    how: { tier: tier as 'Bulk' | 'Standard', days: Number(days) },
    target: bucketTarget(target.store, to === undefined ? '' : target.prefix),
  };
}

async function restoreArchive(context: PlateContext): Promise<TaskResult> {
  const { plate, patterns, how, target } = askedOf(context);
  const archive = below(context.place('archive'));
  const wanted = await lookAtRestore(archive, plate, patterns, {
    number: numberOf(context.parameters),
  });
  const { entries, tars } = wanted;
  const waiting = await askForTars(archive, plate.plate, wanted, how);
  if (waiting.length > 0) return comesLater(waiting);
  const outcomes = await restoreEntries({
    ...{ archive, entries, target, overwrite: false, parallel: 8, signal: context.signal },
    tars: new Map(tars.map(({ number, object }) => [number, object])),
  });
  // Nothing but the ranges of what was wanted is read.
  return resultOf(context, outcomes, bytesOf(outcomes));
}

async function restoreOld(context: PlateContext): Promise<TaskResult> {
  const { plate, patterns, how, target } = askedOf(context);
  const { store, prefix } = context.place('old');
  const old = await lookAtOldPlate(store, prefix, plate);
  const waiting = await askForOld(store, plate.plate, old, how);
  if (waiting.length > 0) return comesLater(waiting);
  const outcomes: OldOutcome[] = [];
  for (const tarball of old.tarballs) {
    context.log(`comparing ${tarball.object.key} with what is noted beside it, then unpacking it`);
    outcomes.push(
      ...(await restoreOldTarball(store, tarball, {
        target,
        wanted: matcher(patterns),
        signal: context.signal,
      })),
    );
  }
  if (outcomes.length === 0)
    throw new PlateError([`nothing in the older tarballs of ${plate.plate} fits ${patterns.join(', ')}`]);
  // Compared first, and then unpacked.
  return resultOf(context, outcomes, 2 * bytesOf(old.tarballs.map(({ object }) => ({ bytes: object.size }))));
}

/** `lab archive restore` waits before it submits; copies may still have gone again when the job begins. */
const comesLater = (waiting: readonly string[]): TaskResult => ({
  exitCode: exitCodes.toolFailed,
  reason: `${waiting.join('; ')}: submit it again when they are there`,
});

const bytesOf = (list: readonly { readonly bytes: number }[]): number =>
  list.reduce((sum, { bytes }) => sum + bytes, 0);

function resultOf(context: PlateContext, outcomes: readonly RestoreOutcome[], bytesIn: number): TaskResult {
  const count = (outcome: string): number => outcomes.filter(each => each.outcome === outcome).length;
  for (const { key, outcome } of outcomes)
    if (outcome === 'kept' || outcome === 'damaged') context.log(`${outcome}: ${key}`);
  const facts = {
    restored: count('restored'),
    'there already': count('there'),
    kept: count('kept'),
    damaged: count('damaged'),
  };
  const moved = { bytesIn, bytesOut: bytesOf(outcomes.filter(each => each.outcome === 'restored')) };
  if (facts.kept + facts.damaged === 0) return { exitCode: 0, facts, ...moved };
  const reason = [
    ...(facts.kept > 0
      ? [
          `${facts.kept} not restored, for something else is at their place and stays: another --to has room for them`,
        ]
      : []),
    ...(facts.damaged > 0 ? [`${facts.damaged} damaged in the archive, and put nowhere`] : []),
  ].join('; ');
  return { exitCode: exitCodes.toolFailed, reason, facts, ...moved };
}
