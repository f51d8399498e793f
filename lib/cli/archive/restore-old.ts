import { memberName } from '../../../jobs/plate-archive/member-name.ts';
import {
  aboutDollars,
  gigabytes,
  prices,
  restoreCost,
  type StorageClass,
} from '../../../jobs/plate-archive/prices.ts';
import { bucketTarget } from '../../../jobs/plate-archive/restore/bucket-target.ts';
import { patternsOf } from '../../../jobs/plate-archive/restore/describe-restore.ts';
import { matcher } from '../../../jobs/plate-archive/restore/find-entries.ts';
import { folderTarget } from '../../../jobs/plate-archive/restore/folder-target.ts';
import {
  type OldOutcome,
  type OldTarball,
  oldTarballs,
  restoreOldTarball,
} from '../../../jobs/plate-archive/restore/old-tarball.ts';
import { stateOf } from '../../../jobs/plate-archive/restore/thaw.ts';
import type { ObjectStore } from '../../contract/ports/object-store.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Args } from '../command.ts';
import type { Context } from '../context.ts';
import { counted } from '../output/output.ts';
import { folderOf } from './is-here.ts';
import { toldPlainly } from './told-plainly.ts';

/** What older scripts archived: `<project>_<batch>_<plate>_….tar.gz` below `--old s3://bucket/prefix/`, with .md5 beside them. */
export async function restoreOld(context: Context, args: Args): Promise<number> {
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(args.text('old') ?? '') ?? [];
  const names = { project: args.text('project'), batch: args.text('batch'), plate: args.text('plate') };
  const missing = Object.entries(names).filter(([, value]) => value === undefined);
  if (bucket === undefined || missing.length > 0)
    throw new LabError([
      ...(bucket === undefined
        ? [{ where: '--old', message: `${args.text('old')} is no address`, fix: 's3://bucket/prefix/' }]
        : []),
      ...missing.map(([name]) => ({ where: `--${name}`, message: 'is needed beside --old' })),
    ]);
  const plate = names as { readonly project: string; readonly batch: string; readonly plate: string };
  const connection = await context.connect();
  const store = connection.placeStoreOf(bucket);
  const below = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  const found = await toldPlainly(plate.plate, () => oldTarballs(store, below, plate));
  if (found.length === 0)
    throw new LabError(
      {
        where: plate.plate,
        message: `no ${plate.project}_${plate.batch}_${plate.plate}*.tar.gz is below s3://${bucket}/${below}`,
      },
      exitCodes.found,
    );
  const waiting = await askForCold(context, args, store, found);
  if (waiting > 0) return exitCodes.notDone;
  const to = args.text('to');
  const target = to?.startsWith('s3://')
    ? bucketTarget(connection.placeStoreOf(to.split('/')[2]!), to.split('/').slice(3).join('/'))
    : folderTarget(folderOf(context, args), key => memberName(key, new Set()).slice('data/'.length), false);
  const wanted = matcher(patternsOf({ include: args.text('include') ?? '' }));
  const outcomes: OldOutcome[] = [];
  for (const tarball of found) {
    context.signal.throwIfAborted();
    context.say(`comparing ${tarball.object.key} with its MD5, then unpacking it`);
    outcomes.push(
      ...(await toldPlainly(plate.plate, () => restoreOldTarball(store, tarball, target, wanted))),
    );
  }
  const of = (outcome: OldOutcome['outcome']) => outcomes.filter(each => each.outcome === outcome);
  const noun = { one: 'file', many: 'files' };
  context.print(to ?? '.');
  context.say(`${counted(of('restored').length, noun)} restored, ${of('there').length} there already`);
  for (const { key } of of('kept').slice(0, 10)) context.say(`kept, something else is there: ${key}`);
  return of('kept').length === 0 ? exitCodes.ok : exitCodes.notDone;
}

/** Asks for the tarballs that are cold, and for their .md5; answers how many are not readable yet. */
async function askForCold(
  context: Context,
  args: Args,
  store: ObjectStore,
  tarballs: readonly OldTarball[],
): Promise<number> {
  const tier = (args.text('tier') ?? 'Bulk') as 'Bulk' | 'Standard';
  const days = Number(args.text('days') ?? 7);
  const beside = await Promise.all(tarballs.map(({ object }) => store.look(`${object.key}.md5`)));
  const all = [...tarballs.map(({ object }) => object), ...beside.filter(each => each !== undefined)];
  const cold = all.filter(object => stateOf(object) === 'archived');
  const waiting = all.filter(object => stateOf(object) !== 'readable').length;
  if (cold.length > 0) {
    const bytes = cold.reduce((sum, { size }) => sum + size, 0);
    const storageClass = cold[0]!.storageClass as StorageClass;
    const cost = restoreCost(
      { count: cold.length, bytes },
      prices[storageClass] ? storageClass : 'GLACIER',
      tier,
      days,
    );
    context.say(
      `${cold.length} objects, ${gigabytes(bytes)}, are in ${storageClass}${cost ? `: ${tier} takes up to ${cost.hours} hours and ${aboutDollars(cost.retrieval + cost.copies)}` : ''}`,
    );
    if (args.flag('dry-run')) return waiting;
    for (const object of cold)
      await toldPlainly(object.key, () =>
        store.restore(object.key, { tier, ...(object.archiveStatus === undefined ? { days } : {}) }),
      );
  }
  if (waiting > 0)
    context.say(
      `${waiting} objects are on their way; nothing was restored yet\nNext: the same again once they are there`,
    );
  return waiting;
}
