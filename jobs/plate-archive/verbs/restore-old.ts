import type { Args } from '../../../lib/contract/verb/args.ts';
import { makeUsableFolder } from '../../../lib/contract/verb/make-folder.ts';
import { counted, numberText } from '../../../lib/contract/verb/texts.ts';
import type { VerbPorts } from '../../../lib/contract/verb/verb-ports.ts';
import { LabError, type Problem, refuse } from '../../../lib/contract/workload/errors.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { memberName } from '../format/member-name.ts';
import type { RestoreTier } from '../prices.ts';
import type { ThawRequest } from '../restore/cold.ts';
import { patternsOf, restoreProblems } from '../restore/describe-restore.ts';
import { matcher } from '../restore/find-entries.ts';
import { folderTarget } from '../restore/folder-target.ts';
import { askForOld, lookAtOldPlate, oldLines } from '../restore/old-plate.ts';
import { type OldOutcome, restoreOldTarball } from '../restore/restore-old-tarball.ts';
import { folderOf } from './is-here.ts';
import { toldPlainly } from './told-plainly.ts';

/** What older scripts archived, to a folder of this machine: `<project>_<batch>_<plate>_….tar.gz` below `--old s3://bucket/prefix/`. */
export async function restoreOld(ports: VerbPorts, args: Args): Promise<number> {
  const { bucket, prefix, plate, how } = oldRequest(args);
  const store = await ports.storeOf(bucket);
  const look = () => lookAtOldPlate(store, prefix, plate);
  let old = await toldPlainly(plate.plate, look);
  for (const line of oldLines(plate.plate, old, how)) ports.say(line);
  if (args.flag('dry-run')) {
    ports.say(`nothing was asked for\nNext: ${ports.sameCall('dry-run')}`);
    return exitCodes.ok;
  }
  const folder = folderOf(ports, args);
  await makeUsableFolder(folder);
  const stopped = await toldPlainly(plate.plate, () =>
    ports.first(
      args.flag('wait'),
      async () => {
        old = await look();
        return askForOld(store, plate.plate, old, how);
      },
      'nothing was restored yet',
    ),
  );
  if (stopped !== undefined) return stopped;
  const overwrite = args.flag('overwrite');
  const target = folderTarget(folder, key => memberName(key, new Set()).slice('data/'.length), overwrite);
  const wanted = matcher(patternsOf({ include: args.text('include') ?? '' }));
  const outcomes: OldOutcome[] = [];
  for (const tarball of old.tarballs) {
    ports.signal.throwIfAborted();
    ports.say(`comparing ${tarball.object.key} with what is noted beside it, then unpacking it`);
    outcomes.push(
      ...(await toldPlainly(plate.plate, () =>
        restoreOldTarball(store, tarball, { target, wanted, overwrite, signal: ports.signal }),
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
  if (ports.json)
    await ports.writeJson({
      ...{ plate: plate.plate, folder, restored: of('restored').length, there: of('there').length },
      kept: of('kept').map(({ key }) => key),
    });
  else ports.print(folder);
  ports.say(
    `${counted(of('restored').length, 'file')} restored, ${numberText(of('there').length)} there already`,
  );
  for (const { key } of of('kept').slice(0, 10)) ports.say(`kept, something else is there: ${key}`);
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
  problems.push(...restoreProblems({ parameters: { days } }));
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
