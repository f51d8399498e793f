import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { bytesText, counted, numberText, shellWord } from '../../../lib/contract/verb/texts.ts';
import type { VerbPorts } from '../../../lib/contract/verb/verb-ports.ts';
import { LabError, refuse } from '../../../lib/contract/workload/errors.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import type { RestoreTier } from '../prices.ts';
import { coldTexts } from '../restore/cold.ts';
import {
  askForTiered,
  lookAtTiered,
  type TieredFilter,
  type TieredObject,
  tieredKeys,
} from '../restore/tiered.ts';
import { readTieredLog, statuses, TieredLogFile, type TieredRow } from '../restore/tiered-log.ts';
import { toldPlainly } from './told-plainly.ts';
import type { ArchiveVerb } from './verb.ts';

const objectNoun = { one: 'object', many: 'objects' };

/** Objects that Intelligent-Tiering has moved to an archive tier, in any bucket of the lab. */
export const thaw: ArchiveVerb = {
  summary: 'ask for objects of Intelligent-Tiering in an archive tier, with a log and retries',
  usage: 's3://bucket/prefix/ [--include TEXT] [--exclude TEXT]',
  options: {
    include: { type: 'string', value: 'TEXT', multiple: true, describe: 'only keys that hold one of these' },
    exclude: { type: 'string', value: 'TEXT', multiple: true, describe: 'no keys that hold one of these' },
    tier: { type: 'string', value: 'TIER', describe: 'Bulk (default), Standard or Expedited' },
    parallel: { type: 'string', value: 'N', describe: 'requests at once (default 16)' },
    log: {
      type: 'string',
      value: 'FILE',
      describe: 'where the CSV goes (default thaw.csv, or the log of --retry)',
    },
    retry: { type: 'string', value: 'FILE', describe: 'only what failed in this log' },
    'dry-run': { type: 'boolean', describe: 'say how many, price and time, and stop' },
  },
  async run(ports, args) {
    const address = args.positionals[1] ?? '';
    const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(address) ?? [];
    const tier = args.text('tier') ?? 'Bulk';
    const parallel = Number(args.text('parallel') ?? 16);
    const retry = args.text('retry');
    const filter = { prefix, include: args.list('include'), exclude: args.list('exclude') };
    refuse([
      ...(bucket === undefined
        ? [{ where: address || 'lab archive thaw', message: 'is no address', fix: 's3://bucket/prefix/' }]
        : []),
      ...(['Bulk', 'Standard', 'Expedited'].includes(tier)
        ? []
        : [{ where: '--tier', message: `${tier} is none of Bulk, Standard, Expedited` }]),
      ...(Number.isInteger(parallel) && parallel > 0 && parallel <= 256
        ? []
        : [{ where: '--parallel', message: `${args.text('parallel')} is not a whole number from 1 to 256` }]),
    ]);
    const before = retry === undefined ? [] : await readLog(ports, retry);
    const call: Call = {
      ...{ ports, address, filter, parallel, retry, tier: tier as RestoreTier },
      log: args.text('log') ?? retry ?? 'thaw.csv',
      isDry: args.flag('dry-run'),
      store: await ports.storeOf(bucket!),
    };
    const failed = before.filter(({ status }) => status === 'ERROR').map(({ key }) => key);
    const keys = retry === undefined ? await listed(call) : failed;
    if (keys === undefined) {
      ports.say(`interrupted; nothing was asked for yet\nNext: ${ports.sameCall()}`);
      return exitCodes.interruptedByUser;
    }
    if (keys.length === 0) {
      ports.say(
        `nothing failed in ${retry}\nNext: npx lab archive thaw ${shellWord(address)}${ports.suffix}`,
      );
      return exitCodes.ok;
    }
    return call.isDry ? tellPlan(call, keys) : askAndLog(call, keys, before);
  },
};

interface Call {
  readonly ports: VerbPorts;
  readonly address: string;
  readonly filter: TieredFilter;
  readonly tier: RestoreTier;
  readonly parallel: number;
  readonly retry: string | undefined;
  readonly log: string;
  readonly isDry: boolean;
  readonly store: Awaited<ReturnType<VerbPorts['storeOf']>>;
}

async function readLog({ cwd }: VerbPorts, file: string): Promise<readonly TieredRow[]> {
  const text = await readFile(resolve(cwd, file), 'utf8').catch(() => undefined);
  const rows = text === undefined ? undefined : readTieredLog(text);
  if (rows) return rows;
  const message = text === undefined ? `${file} cannot be read` : `${file} is no log of lab archive thaw`;
  throw new LabError({ where: '--retry', message, fix: 'the CSV that lab archive thaw wrote' });
}

/** The keys that fit. Undefined where a person has had enough. */
async function listed({ ports, address, filter, store }: Call): Promise<readonly string[] | undefined> {
  try {
    const keys = await toldPlainly(address, () => tieredKeys(store, filter, ports.signal));
    if (keys.length > 0) return keys;
  } catch (error) {
    if (ports.signal.aborted) return undefined;
    throw error;
  }
  throw new LabError({
    where: address,
    message: 'holds no objects of the class INTELLIGENT_TIERING that fit',
    fix: 'look at the prefix, --include and --exclude; others are restored by lab archive restore',
  });
}

/** What was found, with price and time. */
function sayFound({ ports, tier }: Call, objects: readonly TieredObject[]): void {
  const noun = (count: number): string => counted(count, objectNoun);
  if (objects.length > 0) ports.say(bytesText(objects.reduce((sum, { size }) => sum + size, 0)));
  for (const text of coldTexts(objects, { tier, days: 0 }, noun)) ports.say(text);
}

function tellCounts({ ports }: Call, counts: Readonly<Record<string, number>>): Promise<void> | void {
  if (ports.json) return ports.writeJson(counts);
  ports.table(Object.keys(counts), [Object.values(counts).map(each => numberText(each))]);
}

async function tellPlan(call: Call, keys: readonly string[]): Promise<number> {
  const { ports, address, store } = call;
  const rows: TieredRow[] = [];
  const objects = await toldPlainly(address, () =>
    lookAtTiered(store, keys, { ...call, signal: ports.signal, onRow: row => rows.push(row) }),
  );
  sayFound(call, objects);
  await tellCounts(call, {
    archived: objects.length,
    ...countsOf(rows, ['IN_PROGRESS', 'RESTORED', 'ERROR']),
  });
  ports.say(`nothing was asked for\nNext: ${ports.sameCall('dry-run')}`);
  return exitCodes.ok;
}

/** Answers the exit code. Whatever ends it, the log has what became of every object that it came to. */
async function askAndLog(call: Call, keys: readonly string[], before: readonly TieredRow[]): Promise<number> {
  const { ports, address, store, log: file, retry } = call;
  const log = openLog(ports, file, keys, before);
  let told = performance.now();
  let done = 0;
  const how = {
    ...{ tier: call.tier, parallel: call.parallel, signal: ports.signal },
    onRow: (row: TieredRow) => {
      log.add(row);
      done++;
      if (performance.now() - told < 1000) return;
      told = performance.now();
      ports.progress(`${numberText(done)} of ${counted(keys.length, objectNoun)}`);
    },
  };
  let rows: readonly TieredRow[];
  try {
    await toldPlainly(address, async () => {
      const objects = await lookAtTiered(store, keys, how);
      sayFound(call, objects);
      await askForTiered(store, objects, how);
    });
  } catch (error) {
    if (!ports.signal.aborted) throw error;
  } finally {
    rows = log.close();
  }
  const counts = countsOf(rows, statuses);
  await tellCounts(call, counts);
  const again = `npx lab archive thaw ${shellWord(address)} --retry ${shellWord(file)}${call.tier === 'Bulk' ? '' : ` --tier ${call.tier}`}${ports.suffix}`;
  const isOver = !ports.signal.aborted;
  const objects = counted(rows.length, objectNoun);
  ports.say(
    isOver
      ? `${objects}, in ${file}; what has come stays, and the same call shows it`
      : `interrupted; what was asked for is under way, and the rest is in ${file}`,
  );
  const whole =
    retry === undefined ? ports.sameCall() : `npx lab archive thaw ${shellWord(address)}${ports.suffix}`;
  ports.say(`Next: ${counts.ERROR > 0 ? again : whole}`);
  if (!isOver) return exitCodes.interruptedByUser;
  return counts.ERROR > 0 ? exitCodes.toMend : exitCodes.ok;
}

const countsOf = <S extends TieredRow['status']>(rows: readonly TieredRow[], of: readonly S[]) =>
  Object.fromEntries(of.map(status => [status, rows.filter(row => row.status === status).length])) as Record<
    S,
    number
  >;

function openLog(
  { cwd }: VerbPorts,
  file: string,
  keys: readonly string[],
  before: readonly TieredRow[],
): TieredLogFile {
  let log: TieredLogFile | undefined;
  try {
    log = TieredLogFile.open(resolve(cwd, file), keys, before);
  } catch (error) {
    throw new LabError({
      where: '--log',
      message: `${file} cannot be written: ${(error as Error).message}`,
      fix: 'nothing was asked for; name a file in a folder that is there',
    });
  }
  if (log) return log;
  throw new LabError({
    where: '--log',
    message: `${file} is there and is no log of lab archive thaw`,
    fix: 'nothing was asked for; name another file',
  });
}
