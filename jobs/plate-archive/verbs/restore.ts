import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { makeUsableFolder } from '../../../lib/contract/verb/make-folder.ts';
import { bytesText, counted, numberText, shellWord } from '../../../lib/contract/verb/texts.ts';
import type { VerbPorts } from '../../../lib/contract/verb/verb-ports.ts';
import { gather, LabError } from '../../../lib/contract/workload/errors.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { memberOf } from '../format/archive-index.ts';
import { askForTars, lookAtRestore, patternsOf, restoreLines } from '../restore/describe-restore.ts';
import { folderTarget } from '../restore/folder-target.ts';
import { restoreEntries } from '../restore/restore-entries.ts';
import { neededTars } from '../restore/thaw.ts';
import { archiveNumber, archiveOption, onePlate, plateOptions, wantedPlates } from './chosen-plates.ts';
import { folderOf } from './is-here.ts';
import { archivePlaces } from './places.ts';
import { thawHow, thawOptions } from './thawed.ts';
import { toldPlainly } from './told-plainly.ts';
import type { ArchiveVerb } from './verb.ts';

const objectNoun = { one: 'object', many: 'objects' };

/** To a folder of this machine; to a bucket it is a job (plate-restore). */
export const restore: ArchiveVerb = {
  summary: 'give a plate, or some of its objects, back: to a folder here, or by a job to S3',
  usage: '--plate NAME [--include PATTERNS] [--to FOLDER]',
  options: {
    ...plateOptions,
    include: { type: 'string', value: 'PATTERNS', describe: 'file names or keys, by commas: r01c0*' },
    to: { type: 'string', value: 'FOLDER', describe: 'a folder of this machine (s3://… is a job)' },
    ...archiveOption,
    ...thawOptions,
    index: {
      type: 'string',
      value: 'FILE',
      describe: 'an index that lab archive rebuild made, where it is lost',
    },
    'dry-run': { type: 'boolean', describe: 'say price and time, and stop' },
    overwrite: { type: 'boolean', describe: 'replace files that are there and are others' },
  },
  async run(ports, args) {
    const wrong = gather();
    const how = (await wrong.ask(() => thawHow(args)))!;
    const file = args.text('index');
    const index = file === undefined ? undefined : await wrong.ask(() => readIndex(ports, file));
    wrong.refuse();
    const places = await archivePlaces(ports);
    const plate = await onePlate(ports, wantedPlates(args), places, 'restore');
    const patterns = patternsOf({ include: args.text('include') ?? '' });
    const wanted = await toldPlainly(plate.plate, () =>
      lookAtRestore(places.archive, plate, patterns, { index, number: archiveNumber(args) }),
    );
    for (const line of restoreLines(plate.plate, wanted, how)) ports.say(line);
    if (args.flag('dry-run')) {
      ports.say(`nothing was asked for\nNext: ${ports.sameCall('dry-run')}`);
      return exitCodes.ok;
    }
    const folder = folderOf(ports, args);
    await makeUsableFolder(folder);
    let tars = wanted.tars;
    const stopped = await toldPlainly(plate.plate, () =>
      ports.first(
        args.flag('wait'),
        async () => {
          tars = await neededTars(places.archive, plate, wanted.seal, wanted.entries);
          return askForTars(places.archive, plate.plate, { tars }, how);
        },
        'nothing was restored yet',
      ),
    );
    if (stopped !== undefined) return stopped;
    const names = new Map(wanted.entries.map(entry => [entry.key, memberOf(entry).slice('data/'.length)]));
    const { progress } = ports;
    let done = 0;
    let bytes = 0;
    let told = performance.now();
    const outcomes = await toldPlainly(plate.plate, () =>
      restoreEntries({
        ...{ archive: places.archive, entries: wanted.entries, parallel: 8, signal: ports.signal },
        tars: new Map(tars.map(({ number, object }) => [number, object])),
        overwrite: args.flag('overwrite'),
        target: folderTarget(folder, key => names.get(key)!, args.flag('overwrite')),
        onDone: outcome => {
          done++;
          bytes += outcome.bytes;
          if (performance.now() - told < 1000) return;
          told = performance.now();
          progress(
            `${numberText(done)} of ${counted(wanted.entries.length, objectNoun)}, ${bytesText(bytes)}`,
          );
        },
      }),
    ).catch((error: unknown) => {
      if (ports.signal.aborted) return undefined;
      throw error;
    });
    if (!outcomes) {
      ports.say(
        `interrupted; ${numberText(done)} of ${counted(wanted.entries.length, objectNoun)} are there, whole, and the same call goes on\nNext: ${ports.sameCall()}`,
      );
      return exitCodes.interruptedByUser;
    }
    const of = (outcome: string) => outcomes.filter(each => each.outcome === outcome);
    if (ports.json)
      await ports.writeJson({
        ...{ plate: plate.plate, folder, restored: of('restored').length, there: of('there').length },
        ...{ kept: of('kept').map(({ key }) => key), damaged: of('damaged').map(({ key }) => key) },
      });
    else ports.print(folder);
    ports.say(
      `${counted(of('restored').length, objectNoun)} restored and compared, ${numberText(of('there').length)} there already`,
    );
    const renamed = outcomes.filter(({ key }) => names.get(key) !== key).length;
    if (renamed > 0)
      ports.say(
        `${counted(renamed, objectNoun)} with a key that is no name of a file here ${renamed === 1 ? 'is' : 'are'} below %escaped/ (docs/plate-archive.md, "Names in the tars")`,
      );
    for (const { key } of of('kept').slice(0, 10)) ports.say(`kept, something else is there: ${key}`);
    for (const { key } of of('damaged')) ports.say(`damaged in the archive, not written: ${key}`);
    const isWhole = of('kept').length + of('damaged').length === 0;
    ports.say(
      isWhole
        ? `Next: ls ${shellWord(relative(ports.cwd, folder) || '.')}`
        : `${counted(of('kept').length + of('damaged').length, objectNoun)} not restored: --to takes another folder, --overwrite replaces what is there\nNext: npx lab archive restore --help`,
    );
    return isWhole ? exitCodes.ok : exitCodes.toMend;
  },
};

async function readIndex(ports: VerbPorts, file: string): Promise<Buffer> {
  try {
    return await readFile(resolve(ports.cwd, file));
  } catch {
    throw new LabError({ where: '--index', message: `${file} cannot be read` });
  }
}
