import { resolve } from 'node:path';
import { mapLimit } from '../../../lib/contract/run/map-limit.ts';
import { replaceFile } from '../../../lib/contract/verb/replace-file.ts';
import { bytesText, numberText } from '../../../lib/contract/verb/texts.ts';
import type { VerbPorts } from '../../../lib/contract/verb/verb-ports.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import { archiveNumbers, newestGeneration } from '../generations.ts';
import { createCommand, plateCommand } from '../plate/plate-command.ts';
import { mapText, type PlateMap } from '../plate/plate-map.ts';
import { plateNow } from '../plate/plate-now.ts';
import { platePage } from '../plate/plate-page.ts';
import { type PlateStatus, plateStatus } from '../plate/plate-status.ts';
import { readSeal } from '../restore/find-entries.ts';
import { chosenPlates, onePlate, plateOptions, type WantedPlates, wantedPlates } from './chosen-plates.ts';
import { destroyedPlates, destroyedText } from './destroyed.ts';
import { type ArchivePlaces, archivePlaces } from './places.ts';
import { toldPlainly } from './told-plainly.ts';
import type { ArchiveVerb } from './verb.ts';

export const status: ArchiveVerb = {
  summary: 'how archives stand; of one plate its map, too',
  usage: '[plate…] [--html FILE]',
  options: {
    ...plateOptions,
    html: { type: 'string', value: 'FILE', describe: 'write the page of one plate, as it is now' },
  },
  run: (ports, args) => tellStatus(ports, wantedPlates(args), args.text('html')),
};

/** How the archives of these plates stand; `html`: a file for the page of the one plate. Answers the exit code. */
export async function tellStatus(ports: VerbPorts, wanted: WantedPlates, html?: string): Promise<number> {
  const places = await archivePlaces(ports);
  const plates = await chosenPlates(ports, wanted, places);
  const { progress } = ports;
  let looked = 0;
  const found = await mapLimit(plates, 8, async plate => {
    ports.signal.throwIfAborted();
    if (plates.length > 20 && looked++ % 20 === 0)
      progress(`looking at ${looked} of ${counted(plates.length, 'plate')}`);
    return plateStatus(places, plate, ports.now());
  });
  const rows = found.filter(each => each !== undefined);
  if (ports.json) for (const row of rows) ports.print(JSON.stringify(row));
  else if (rows.length > 0) statusTable(ports, rows);
  else ports.say(`no archives below ${places.address}`);
  for (const { plate, problems } of rows)
    for (const problem of problems) ports.say(`${plate.plate}: ${problem}`);
  const [one] = rows;
  const map = plates.length === 1 && one ? await mapOf(places, one) : undefined;
  if (one && plates.length === 1 && !ports.json) await showOne(ports, places, one, map);
  if (html !== undefined) await toldPlainly(html, () => writePage(ports, wanted, places, html));
  const isOfAll = wanted.names.length === 0 && wanted.list === undefined;
  const destroyed = ports.json || !isOfAll ? [] : await destroyedPlates(places.records, wanted.project);
  for (const each of destroyed) ports.say(destroyedText(each));
  ports.say(next(rows, map, ports.suffix));
  return exitCodes.ok;
}

function statusTable(ports: VerbPorts, rows: readonly PlateStatus[]): void {
  const several = new Set(rows.map(({ plate }) => `${plate.project}/${plate.batch}`)).size > 1;
  const tone = (text: string): string =>
    ports.tint(
      ['yes', 'now'].includes(text) ? 'good' : ['failed', 'damaged'].includes(text) ? 'bad' : 'quiet',
      text,
    );
  ports.table(
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

/** Undefined where something of its archive is lost or damaged. */
async function mapOf(places: ArchivePlaces, { plate, problems }: PlateStatus): Promise<PlateMap | undefined> {
  if (problems.length > 0) return undefined;
  const { inventory } = (await newestGeneration(places.archive, plate))!;
  return plateNow(places.source, places.journals, plate, inventory);
}

/** The plate's map, and that it has older archives. */
async function showOne(
  ports: VerbPorts,
  places: ArchivePlaces,
  { plate, number }: PlateStatus,
  map: PlateMap | undefined,
): Promise<void> {
  if (map && map.rows > 0) await ports.write(`\n${mapText(map, { colour: ports.colour })}`);
  const older = (await archiveNumbers(places.archive, plate)).filter(each => each < number);
  if (older.length > 0)
    ports.say(
      `this is archive ${number} of it; ls and restore take --archive ${older.join(' or ')}, too, for what was archived before`,
    );
}

async function writePage(
  ports: VerbPorts,
  wanted: WantedPlates,
  places: ArchivePlaces,
  file: string,
): Promise<void> {
  const plate = await onePlate(ports, wanted, places, 'status');
  const { inventory } = (await newestGeneration(places.archive, plate))!;
  const map = await plateNow(places.source, places.journals, plate, inventory);
  const seal = await readSeal(places.archive, plate, inventory.digest);
  await replaceFile(
    resolve(ports.cwd, file),
    platePage(inventory.head, seal, map, ports.now().toISOString()),
  );
  ports.say(`wrote ${file}`);
}

/** The next step of the first plate that lacks one. `map`: of the plate, where it is one; undefined where nobody looked. */
function next(rows: readonly PlateStatus[], map: PlateMap | undefined, suffix: string): string {
  const of = (command: string): string => `Next: ${command}${suffix}`;
  const open = rows.find(
    row => row.deleted === 'no' && (row.archived !== 'yes' || row.verified === 'failed'),
  );
  if (open) return of(createCommand(open.plate));
  const unproven = rows.find(row => row.verified !== 'yes' && row.deleted === 'no');
  if (unproven) return of(plateCommand('verify', unproven.plate));
  const kept = rows.find(row => row.deleted === 'no');
  if (kept) return of(plateCommand('delete', kept.plate));
  const [first] = rows;
  if (!first) return `Next: npx lab archive create --help`;
  // Whether a plate was given back, its source alone tells: of many plates nobody lists them all for this line.
  if (rows.length > 1) return of(plateCommand('status', first.plate));
  return of(plateCommand(map?.missing === 0 ? 'audit' : 'restore', first.plate));
}
