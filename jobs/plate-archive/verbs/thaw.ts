import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { counted, shellWord } from '../../../lib/contract/verb/texts.ts';
import { LabError } from '../../../lib/contract/workload/errors.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { failedKeys, restoreKeys, restoreTiered, type TieredRow, tieredLog } from '../restore/tiered.ts';
import { toldPlainly } from './told-plainly.ts';
import type { ArchiveVerb } from './verb.ts';

/** Objects that Intelligent-Tiering has moved to an archive tier, in any bucket of the lab. */
export const thaw: ArchiveVerb = {
  summary: 'ask for objects of Intelligent-Tiering in an archive tier, with a log and retries',
  usage: 's3://bucket/prefix/ [--include TEXT] [--exclude TEXT]',
  options: {
    include: { type: 'string', value: 'TEXT', multiple: true, describe: 'only keys that hold one of these' },
    exclude: { type: 'string', value: 'TEXT', multiple: true, describe: 'no keys that hold one of these' },
    tier: { type: 'string', value: 'TIER', describe: 'Bulk (default), Standard or Expedited' },
    parallel: { type: 'string', value: 'N', describe: 'requests at once (default 16)' },
    log: { type: 'string', value: 'FILE', describe: 'where the CSV goes (default thaw.csv)' },
    retry: { type: 'string', value: 'FILE', describe: 'only what failed in this log' },
  },
  async run(ports, args) {
    const address = args.positionals[1] ?? '';
    const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(address) ?? [];
    const tier = args.text('tier') ?? 'Bulk';
    const parallel = Number(args.text('parallel') ?? 16);
    const problems = [
      ...(bucket === undefined
        ? [{ where: address || 'lab archive thaw', message: 'is no address', fix: 's3://bucket/prefix/' }]
        : []),
      ...(['Bulk', 'Standard', 'Expedited'].includes(tier)
        ? []
        : [{ where: '--tier', message: `${tier} is none of Bulk, Standard, Expedited` }]),
      ...(Number.isInteger(parallel) && parallel > 0 && parallel <= 256
        ? []
        : [{ where: '--parallel', message: `${args.text('parallel')} is not a whole number from 1 to 256` }]),
    ];
    if (problems.length > 0) throw new LabError(problems);
    const store = await ports.storeOf(bucket!);
    const { progress } = ports;
    const log = args.text('log') ?? 'thaw.csv';
    let rows: TieredRow[] = [];
    const how = {
      tier: tier as 'Bulk',
      parallel,
      signal: ports.signal,
      onRow: (row: TieredRow) => {
        rows.push(row);
        if (rows.length % 500 === 0) progress(`${rows.length} objects`);
      },
    };
    const retry = args.text('retry');
    try {
      const all = await toldPlainly(address, async () =>
        retry === undefined
          ? restoreTiered(store, {
              prefix,
              include: args.list('include'),
              exclude: args.list('exclude'),
              ...how,
            })
          : restoreKeys(store, failedKeys(await readFile(resolve(ports.cwd, retry), 'utf8')), how),
      );
      // In the order of the listing.
      rows = [...all];
    } finally {
      // What was asked for was, whatever came after.
      await writeFile(resolve(ports.cwd, log), tieredLog(rows));
    }
    if (rows.length === 0)
      throw new LabError({
        where: address,
        message: 'holds no objects of the class INTELLIGENT_TIERING that fit',
        fix: 'look at the prefix, --include and --exclude; others are restored by lab archive restore',
      });
    const count = (status: TieredRow['status']): number => rows.filter(row => row.status === status).length;
    const states = ['REQUESTED', 'IN_PROGRESS', 'RESTORED', 'ERROR'] as const;
    ports.table(states, [states.map(state => String(count(state)))]);
    const errors = count('ERROR');
    ports.say(
      `${counted(rows.length, { one: 'object', many: 'objects' })}, in ${log}; what has come stays, and the same call shows it\nNext: ${errors > 0 ? `npx lab archive thaw ${shellWord(address)} --retry ${shellWord(log)}${ports.suffix}` : ports.sameCall()}`,
    );
    return errors > 0 ? exitCodes.toMend : exitCodes.ok;
  },
};
