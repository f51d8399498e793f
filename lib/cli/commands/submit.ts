import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { counted } from '../../contract/workload/number-text.ts';
import { type Submitted, submitRound } from '../../runs/submit-round.ts';
import type { Args, Command } from '../command.ts';
import { type Connection, type Context, findSpec } from '../context.ts';
import { openedRun } from '../open.ts';
import { commonSubmitOptions, submitOptions } from '../submission/options.ts';
import { readSubmission } from '../submission/submission.ts';
import { submitRun } from '../submission/submit-run.ts';
import { followRun } from '../watch/follow.ts';

export const submit: Command = {
  name: 'submit',
  group: 'runs',
  summary: 'submit a workload over every item of a list',
  usage: '<workload> --<items> LIST [options] [-- tool arguments]',
  options: commonSubmitOptions,
  optionsOf: (workloads, name) => submitOptions(findSpec(workloads, name)),
  examples: [
    'lab submit rapidtide --participants participants.txt --do copy-test --wait',
    'lab submit rapidtide --participants participants.txt --do script --script ./my.sh --parallel 20',
  ],
  run: (context, args) => (args.text('resume') ? resume(context, args) : submitNew(context, args)),
};

async function submitNew(context: Context, args: Args): Promise<number> {
  const run = await submitRun(context, await readSubmission(context, args), { isReal: true });
  if (run === 'later') return exitCodes.toMend;
  return run ? submitted(context, run.runId, run.connection, args.flag('wait')) : exitCodes.ok;
}

async function resume(context: Context, args: Args): Promise<number> {
  const { run, connection, ledger } = await openedRun(context, { positionals: [args.text('resume')!] });
  // What was named is retried beside what waits: a round before the last may be the one that is not whole.
  const unsent = (await ledger()).unsent.rounds;
  const jobs: Submitted[] = [];
  for (const round of unsent.length > 0 ? unsent : run.rounds.slice(-1))
    jobs.push(...(await submitRound(connection, round)));
  context.say(
    `${jobs.filter(job => job.sent).length} of ${counted(jobs.length, { one: 'job was missing and is', many: 'jobs were missing and are' })} submitted now`,
  );
  return submitted(context, run.runId, connection, args.flag('wait'));
}

/** Says what was submitted, and watches it where it was asked to or nothing else would run it. */
export async function submitted(
  context: Context,
  runId: string,
  connection: Connection,
  wait: boolean,
): Promise<number> {
  if (context.json) context.print(JSON.stringify({ event: 'submitted', run: runId }));
  else context.print(runId);
  if (!wait && !connection.ownTwin) {
    context.say(`submitted\nNext: npx lab watch ${runId}${context.suffix}`);
    return exitCodes.ok;
  }
  if (connection.ownTwin && !wait)
    context.say('no twin is up, so this command runs it and waits for the end (lab twin up keeps one)');
  return followRun(context, await openedRun(context, { positionals: [runId] }));
}
