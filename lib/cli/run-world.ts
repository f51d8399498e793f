import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { likelyHour } from '../report/pool-price.ts';
import type { RunWorld } from '../runs/lab-ports.ts';
import type { Context } from './context.ts';
import { cut } from './output/output.ts';
import { readPriceTable } from './prices.ts';

const run = promisify(execFile);

/** Of the repository that the folder is in; undefined where it is in none, or git is not there. */
const commitOf = async (folder: string): Promise<string | undefined> => {
  const options = { cwd: folder, timeout: 5000 };
  // Never by a tag's name: tags move.
  const asked = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'];
  const found = await run('git', asked, options).catch(() => undefined);
  return found?.stdout.trim() || undefined;
};

/** How far a look has come, on stderr: drawn again on a terminal. */
export const progressOf =
  ({ io: { err }, json, say }: Pick<Context, 'io' | 'json' | 'say'>) =>
  (line: string): void => {
    if (json) return;
    if (err.isTTY) err.write(`\r\u001b[2K${cut(line, (err.columns ?? 80) - 1)}`);
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
