import { memberName } from '../../../jobs/plate-archive/format/member-name.ts';
import type { RestoreTier } from '../../../jobs/plate-archive/prices.ts';
import { patternsOf, restoreProblems } from '../../../jobs/plate-archive/restore/describe-restore.ts';
import { matcher } from '../../../jobs/plate-archive/restore/find-entries.ts';
import { folderTarget } from '../../../jobs/plate-archive/restore/folder-target.ts';
import {
  askForOld,
  lookAtOldPlate,
  oldLines,
  type ThawRequest,
} from '../../../jobs/plate-archive/restore/old-plate.ts';
import {
  type OldOutcome,
  restoreOldTarball,
} from '../../../jobs/plate-archive/restore/restore-old-tarball.ts';
import { LabError, type Problem, refuse } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Args } from '../command.ts';
import type { Context } from '../context.ts';
import { sameCommand } from '../output/command-line.ts';
import { counted, numberText } from '../output/output.ts';
import { folderOf } from './is-here.ts';
import { thawed } from './thawed.ts';
import { toldPlainly } from './told-plainly.ts';

/** What older scripts archived, to a folder of this machine: `<project>_<batch>_<plate>_….tar.gz` below `--old s3://bucket/prefix/`. */
export async function restoreOld(context: Context, args: Args): Promise<number> {
  const { bucket, prefix, plate, how } = oldRequest(args);
  const connection = await context.connect();
  const store = connection.placeStoreOf(bucket);
  const look = () => lookAtOldPlate(store, prefix, plate);
  let old = await toldPlainly(plate.plate, look);
  for (const line of oldLines(plate.plate, old, how)) context.say(line);
  if (args.flag('dry-run')) {
    context.say(`nothing was asked for\nNext: ${sameCommand(context.argv, 'dry-run')}`);
    return exitCodes.ok;
  }
  const stopped = await toldPlainly(plate.plate, () =>
    thawed(
      context,
      args.flag('wait'),
      async () => {
        old = await look();
        return askForOld(store, plate.plate, old, how);
      },
      'nothing was restored yet',
    ),
  );
  if (stopped !== undefined) return stopped;
  const folder = folderOf(context, args);
  const overwrite = args.flag('overwrite');
  const target = folderTarget(folder, key => memberName(key, new Set()).slice('data/'.length), overwrite);
  const wanted = matcher(patternsOf({ include: args.text('include') ?? '' }));
  const outcomes: OldOutcome[] = [];
  for (const tarball of old.tarballs) {
    context.signal.throwIfAborted();
    context.say(`comparing ${tarball.object.key} with what is noted beside it, then unpacking it`);
    outcomes.push(
      ...(await toldPlainly(plate.plate, () =>
        restoreOldTarball(store, tarball, { target, wanted, overwrite, signal: context.signal }),
      )),
    );
  }
  if (outcomes.length === 0)
    throw new LabError({
      where: '--include',
      message: `nothing in the older tarballs of ${plate.plate} fits ${args.text('include') ?? ''}`,
      fix: 'a file name or a path as it was at the source: r01c0*',
    });
  const of = (outcome: OldOutcome['outcome']) => outcomes.filter(each => each.outcome === outcome);
  if (context.json)
    context.print(
      JSON.stringify({
        ...{ plate: plate.plate, folder, restored: of('restored').length, there: of('there').length },
        kept: of('kept').map(({ key }) => key),
      }),
    );
  else context.print(folder);
  context.say(
    `${counted(of('restored').length, { one: 'file', many: 'files' })} restored, ${numberText(of('there').length)} there already`,
  );
  for (const { key } of of('kept').slice(0, 10)) context.say(`kept, something else is there: ${key}`);
  return of('kept').length === 0 ? exitCodes.ok : exitCodes.toMend;
}

interface OldRequest {
  readonly bucket: string;
  /** `/` at its end, where it is not empty. */
  readonly prefix: string;
  readonly plate: { readonly project: string; readonly batch: string; readonly plate: string };
  readonly how: ThawRequest;
}

/** Throws LabError with all that is wrong. */
function oldRequest(args: Args): OldRequest {
  const old = args.text('old') ?? '';
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(old) ?? [];
  const plates = [...args.positionals.slice(1), ...args.list('plate')];
  const tier = args.text('tier') ?? 'Bulk';
  const days = args.text('days') ?? '7';
  const problems: Problem[] = [];
  if (bucket === undefined)
    problems.push({ where: '--old', message: `${old} is no address`, fix: 's3://bucket/prefix/' });
  for (const name of ['project', 'batch'] as const)
    if (args.text(name) === undefined)
      problems.push({ where: `--${name}`, message: 'is needed beside --old' });
  if (plates.length !== 1)
    problems.push({
      where: '--plate',
      message: plates.length === 0 ? 'is needed beside --old' : `is one beside --old, not ${plates.length}`,
    });
  for (const message of restoreProblems({ parameters: { days } }))
    problems.push({ where: 'lab archive restore', message });
  if (!['Bulk', 'Standard', 'Expedited'].includes(tier))
    problems.push({ where: '--tier', message: `${tier} is none of Bulk, Standard` });
  refuse(problems);
  return {
    bucket: bucket!,
    prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`,
    plate: { project: args.text('project')!, batch: args.text('batch')!, plate: plates[0]! },
    how: { tier: tier as RestoreTier, days: Number(days) },
  };
}
