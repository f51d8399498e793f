import type { RunWorld } from '../runs/lab-ports.ts';
import type { Context } from './context.ts';
import { cut } from './output/output.ts';

/** What lib/runs needs to know of a call of `lab`. */
export async function runWorld(context: Context): Promise<RunWorld> {
  const { err } = context.io;
  return {
    config: await context.config(),
    now: context.now,
    seed: context.seed,
    signal: context.signal,
    progress: line => {
      if (context.json) return;
      if (err.isTTY) err.write(`\r\u001b[2K${cut(line, (err.columns ?? 80) - 1)}`);
      else context.say(line);
    },
  };
}
