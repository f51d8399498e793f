import { likelyHour } from '../report/pool-price.ts';
import type { RunWorld } from '../runs/lab-ports.ts';
import { commitOf } from './commit-of.ts';
import type { Context } from './context.ts';
import { columnsOf, cut } from './output/output.ts';
import { readPriceTable } from './prices.ts';

/** How far a look has come, on stderr: drawn again on a terminal. */
export const progressOf =
  ({ io: { err }, json, say }: Pick<Context, 'io' | 'json' | 'say'>) =>
  (line: string): void => {
    if (json) return;
    if (err.isTTY) err.write(`\r\u001b[2K${cut(line, columnsOf(err) - 1)}`);
    else say(line);
  };

/** What lib/runs needs to know of a call of `lab`. */
export async function runWorld(context: Context): Promise<RunWorld> {
  const [config, prices] = await Promise.all([context.config(), readPriceTable()]);
  return {
    config,
    usdPerHour: (pool, size) => config.pools[pool] && likelyHour(prices, config.pools[pool], size),
    now: context.now,
    seed: context.seed,
    signal: context.signal,
    commit: () => commitOf(context.cwd),
    progress: progressOf(context),
  };
}
