import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { archiveNumbers, newestGeneration } from '../../../jobs/plate-archive/generations.ts';
import { mapText } from '../../../jobs/plate-archive/plate/plate-map.ts';
import { plateNow } from '../../../jobs/plate-archive/plate/plate-now.ts';
import { platePage } from '../../../jobs/plate-archive/plate/plate-page.ts';
import { type PlateStatus, plateStatus } from '../../../jobs/plate-archive/plate/plate-status.ts';
import { readSeal } from '../../../jobs/plate-archive/restore/find-entries.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { mapLimit } from '../../ledger/map-limit.ts';
import type { Args } from '../command.ts';
import type { Context } from '../context.ts';
import { shellWord } from '../output/command-line.ts';
import { bytesText, numberText, table, tint } from '../output/output.ts';
import { runWorld } from '../run-world.ts';
import { chosenPlates, onePlate, plateOptions } from './chosen-plates.ts';
import { destroyedPlates, destroyedText } from './destroyed.ts';
import { type ArchivePlaces, archivePlaces } from './places.ts';
import { toldPlainly } from './told-plainly.ts';
import type { ArchiveVerb } from './verb.ts';

export const status: ArchiveVerb = {
  summary: 'how archives stand; of one plate its map, too',
  usage: '[plate…]',
  options: {
    ...plateOptions,
    html: { type: 'string', value: 'FILE', describe: 'write the page of one plate, as it is now' },
  },
  async run(context, args) {
    const places = await archivePlaces(context);
    const plates = await chosenPlates(context, args, places);
    const { progress } = await runWorld(context);
    let looked = 0;
    const found = await mapLimit(plates, 8, async plate => {
      context.signal.throwIfAborted();
      if (plates.length > 20 && looked++ % 20 === 0)
        progress(`looking at ${looked} of ${plates.length} plates`);
      return plateStatus(places, plate, context.now());
    });
    const rows = found.filter(each => each !== undefined);
    if (context.json) for (const row of rows) context.print(JSON.stringify(row));
    else if (rows.length > 0) context.io.out.write(statusTable(context, rows));
    else context.say(`no archives below ${places.address}`);
    for (const { plate, problems } of rows)
      for (const problem of problems) context.say(`${plate.plate}: ${problem}`);
    const [one] = rows;
    if (plates.length === 1 && one && !context.json) await showOne(context, places, one);
    const html = args.text('html');
    if (html !== undefined) await toldPlainly(html, () => writePage(context, args, places, html));
    const isOfAll =
      args.positionals.length === 1 && args.text('plates') === undefined && args.list('plate').length === 0;
    const destroyed =
      context.json || !isOfAll ? [] : await destroyedPlates(places.records, args.text('project'));
    for (const each of destroyed) context.say(destroyedText(each));
    context.say(next(rows, context.suffix));
    return exitCodes.ok;
  },
};

function statusTable(context: Context, rows: readonly PlateStatus[]): string {
  const { out } = context.io;
  const several = new Set(rows.map(({ plate }) => `${plate.project}/${plate.batch}`)).size > 1;
  const tone = (text: string): string =>
    tint(
      out,
      ['yes', 'now'].includes(text) ? 'good' : ['failed', 'damaged'].includes(text) ? 'bad' : 'quiet',
      text,
    );
  return table(
    out,
    ['plate', 'objects', 'bytes', 'archived', 'verified', 'deleted', 'restorable'],
    rows.map(row => [
      several ? `${row.plate.project}/${row.plate.batch}/${row.plate.plate}` : row.plate.plate,
      numberText(row.objects),
      bytesText(row.bytes),
      tone(row.archived),
      tone(row.verified),
      row.deletedAt ? row.deletedAt.slice(0, 10) : row.deleted,
      tone(row.restorable),
    ]),
  );
}

/** The plate's map, and that it has older archives. */
async function showOne(
  context: Context,
  places: ArchivePlaces,
  { plate, number, problems }: PlateStatus,
): Promise<void> {
  if (problems.length === 0) {
    const { inventory } = (await newestGeneration(places.archive, plate))!;
    const { out } = context.io;
    const colour = out.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
    const map = await plateNow(places.source, places.journals, plate, inventory);
    out.write(map.rows > 0 ? `\n${mapText(map, { colour })}` : '');
  }
  const older = (await archiveNumbers(places.archive, plate)).filter(each => each < number);
  if (older.length > 0)
    context.say(
      `this is archive ${number} of it; ls and restore take --archive ${older.join(' or ')}, too, for what was archived before`,
    );
}

async function writePage(context: Context, args: Args, places: ArchivePlaces, file: string): Promise<void> {
  const plate = await onePlate(context, args, places);
  const { inventory } = (await newestGeneration(places.archive, plate))!;
  const map = await plateNow(places.source, places.journals, plate, inventory);
  const seal = await readSeal(places.archive, plate, inventory.digest);
  await writeFile(
    resolve(context.cwd, file),
    platePage(inventory.head, seal, map, context.now().toISOString()),
  );
  context.say(`wrote ${file}`);
}

/** The next step of the first plate that lacks one. */
function next(rows: readonly PlateStatus[], suffix: string): string {
  const of = (verb: string, { plate: { project, batch, plate } }: PlateStatus, how = '--plate'): string =>
    `Next: npx lab archive ${verb} ${how} ${shellWord(plate)} --project ${shellWord(project)} --batch ${shellWord(batch)}${suffix}`;
  const open = rows.find(
    row => row.archived === 'unfinished' || (row.verified === 'failed' && row.deleted === 'no'),
  );
  // Its line in the list has the plate's full name, too.
  if (open) return of('create', open, '--plates plates.csv --only');
  const unproven = rows.find(row => row.verified !== 'yes' && row.deleted === 'no');
  if (unproven) return of('verify', unproven);
  const kept = rows.find(row => row.deleted === 'no');
  if (kept) return of('delete', kept);
  return rows[0] ? of('restore', rows[0]) : `Next: npx lab archive create --help`;
}
