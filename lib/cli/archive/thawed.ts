import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Context } from '../context.ts';
import { sameCommand } from '../output/command-line.ts';
import { sayLater, sayWaits, untilThere } from '../until-there.ts';

/**
 * Asks for what is cold, and waits for it where that was asked for. Undefined: all of it can be read now; else the exit code, for
 * the same call goes on once the copies are there.
 */
export async function thawed(
  context: Context,
  wait: boolean,
  ask: () => Promise<readonly string[]>,
): Promise<number | undefined> {
  const left = await ask();
  if (left.length === 0) return undefined;
  if (!wait) {
    sayLater(context, left, 'nothing was restored yet');
    return exitCodes.toMend;
  }
  sayWaits(context);
  if (await untilThere(context, ask)) return undefined;
  context.say(`interrupted; nothing was restored yet\nNext: ${sameCommand(context.argv, 'dry-run')}`);
  return exitCodes.interruptedByUser;
}
