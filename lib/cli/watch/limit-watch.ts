import { cancelBeyondLimit } from '../../runs/cancel-beyond-limit.ts';
import { readRun } from '../../runs/stored-run.ts';
import type { Context } from '../context.ts';
import type { ConnectedRun } from '../open.ts';

/** Ends what is queued of a run that has reached a limit, as soon as somebody who watches sees it; a request a look, of such runs alone. */
export function limitWatch(context: Context, { run, connection }: ConnectedRun): { look(): Promise<void> } {
  const hasLimits = run.rounds.some(plan => plan.limits);
  let stopped = false;
  return {
    async look() {
      if (!hasLimits || stopped) return;
      const round = (await readRun(connection.store, run)).rounds.at(-1);
      // Who may not cancel loses nothing: containers find the run stopped, and leave.
      const why = round && (await cancelBeyondLimit(connection, round).catch(() => undefined));
      if (why === undefined) return;
      stopped = true;
      const clear = context.io.err.isTTY ? '\r\u001b[2K' : '';
      if (context.json) context.print(JSON.stringify({ event: 'stopped', run: run.runId, reason: why }));
      else context.say(`${clear}stopped: ${why}; what has not started is cancelled, and what runs goes on`);
    },
  };
}
