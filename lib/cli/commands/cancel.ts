import { cancelReason } from '../../contract/run/claim.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { closeRound } from '../../runs/close-round.ts';
import type { Command } from '../command.ts';
import { openedRun } from '../open.ts';
import { againWords } from '../output/command-line.ts';
import { counted, doneText } from '../output/output.ts';

export const cancel: Command = {
  name: 'cancel',
  group: 'runs',
  summary: 'stop a run; what is done stays done',
  usage: '[run]',
  options: {},
  examples: ['lab cancel 3f9a2c'],
  async run(context, args) {
    const { run, spec, ledger, connection } = await openedRun(context, args);
    let stopped = 0;
    for (const plan of run.rounds) {
      // Terminating a parent stops every child, whatever its state.
      for (const job of await closeRound(connection, plan)) {
        await connection.batch.terminate(job.jobId, cancelReason(run.runId));
        stopped++;
      }
    }
    const { counts, rows } = await ledger();
    context.say(
      `${stopped === 0 ? 'nothing was running' : `${stopped} ${stopped === 1 ? 'job is' : 'jobs are'} being stopped`}; ${doneText(counts, counted(rows.length, spec.item))}`,
    );
    if (context.json) context.print(JSON.stringify({ run: run.runId, stopped, ...counts }));
    const next = counts.done + counts.partial === rows.length ? `fetch ${run.runId}` : againWords(run);
    context.say(`Next: npx lab ${next}${context.suffix}`);
    return exitCodes.ok;
  },
};
