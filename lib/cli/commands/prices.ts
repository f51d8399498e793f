import { replaceFile } from '../../contract/verb/replace-file.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { counted } from '../../contract/workload/number-text.ts';
import { hourPrice, type PriceTable } from '../../report/prices.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import { table } from '../output/output.ts';
import { pricesFile, readPriceTable } from '../prices.ts';

export const prices: Command = {
  name: 'prices',
  group: 'lab',
  summary: 'what the instance types of the lab’s pools are reckoned at, and of when that is',
  usage: '[--refresh]',
  options: {
    refresh: {
      type: 'boolean',
      describe: 'read them from AWS’s price list and spot market into prices.json',
    },
  },
  examples: ['lab prices', 'lab prices --refresh'],
  async run(context, args) {
    const config = await context.config();
    const used = Object.values(config.pools).filter((_, index) => isUsed(config, index));
    const types = [...new Set(used.flatMap(pool => pool.instanceTypes))].sort();
    const found = args.flag('refresh')
      ? await refresh(context, config.region, types)
      : await readPriceTable();
    const rows = types.map(type => {
      const listed = hourPrice(found, type, 'on-demand')?.[0];
      const spot = hourPrice(found, type, 'spot');
      return { type, onDemand: listed, spot };
    });
    if (context.json) context.print(JSON.stringify({ date: found.date, region: found.region, types: rows }));
    else
      context.io.out.write(
        table(
          context.io.out,
          ['type', 'on demand', 'spot'],
          rows.map(({ type, onDemand, spot }) => [
            type,
            onDemand === undefined ? 'not known' : onDemand.toFixed(4),
            spot === undefined
              ? 'not known'
              : spot[0] === spot[1]
                ? spot[0].toFixed(4)
                : `${spot[0].toFixed(4)} to ${spot[1].toFixed(4)}, a guess`,
          ]),
        ),
      );
    context.say(
      `USD an hour, of ${found.date} in ${found.region}${found.region === config.region ? '' : `, and the lab is in ${config.region}`}: ${found.source}; --dry-run reckons with them\nNext: npx lab submit --help`,
    );
    return exitCodes.ok;
  },
};

/** Pools that a workload of the lab may use. */
function isUsed(config: Awaited<ReturnType<Context['config']>>, index: number): boolean {
  const name = Object.keys(config.pools)[index]!;
  return Object.values(config.workloads).some(workload => workload.enabled && workload.pools.includes(name));
}

/** Asks AWS, and writes the table only with all of it. Throws LabError where AWS has no price of a type. */
async function refresh(context: Context, region: string, types: readonly string[]): Promise<PriceTable> {
  if (context.local)
    throw new LabError({
      where: '--refresh',
      message: 'the twin has no prices',
      fix: 'the same without --local, with credentials of an account',
    });
  const { askPrices } = await import('../../aws/prices.ts');
  context.say(`asking AWS for the prices of ${counted(types.length, 'instance type')} in ${region} …`);
  const { profile } = context;
  const asked = await askPrices({ region, ...(profile ? { profile } : {}) }, types);
  const missing = types.filter(type => asked.onDemand[type] === undefined);
  if (missing.length > 0)
    throw new LabError({
      where: missing.join(', '),
      message: `AWS's price list has no price in ${region}; prices.json is as it was`,
      fix: 'npx lab doctor says whether the region has the types',
    });
  const read: PriceTable = {
    date: context.now().toISOString().slice(0, 10),
    region,
    source: 'AWS’s price list and spot market, by lab prices --refresh',
    ...asked,
  };
  await replaceFile(pricesFile, `${JSON.stringify(read, undefined, 2)}\n`);
  return read;
}
