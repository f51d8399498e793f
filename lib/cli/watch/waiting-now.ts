import type { Ledger } from '../../ledger/ledger.ts';
import { accountOf } from '../account-of.ts';
import type { Context } from '../context.ts';
import type { ConnectedRun } from '../open.ts';
import { explainRound, type Hint } from './waiting-hint.ts';

/** Why the newest round of a run waits, by what the account says of its pools. */
export async function whyItWaits(
  context: Context,
  { run, connection }: ConnectedRun,
): Promise<Hint | undefined> {
  const round = run.rounds.at(-1);
  if (!round) return undefined;
  const { queues } = connection.deployment.map;
  return explainRound(
    await accountOf(context, connection.endpoint),
    run.request.lab,
    round,
    queues,
    context.now(),
  );
}

/** The same where something waits and nothing runs. On the twin a job waits for this machine's cores, and for nothing else. */
export async function waitingNow(
  context: Context,
  open: ConnectedRun,
  { counts }: Pick<Ledger, 'counts'>,
): Promise<Hint | undefined> {
  return context.local || counts.running > 0 || counts.waiting === 0 ? undefined : whyItWaits(context, open);
}
