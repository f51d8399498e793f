import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Context } from '../context.ts';
import { sameCommand } from '../output/command-line.ts';
import { untilThere } from '../until-there.ts';

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
    for (const line of left) context.say(line);
    context.say(
      `nothing was restored yet\nNext: the same again once they are there, or with --wait: ${sameCommand(context.argv, 'wait', ['--wait'])}`,
    );
    return exitCodes.notDone;
  }
  context.say('waiting; what was asked for comes whether or not anybody waits');
  if (await untilThere(context, ask)) return undefined;
  context.say(`interrupted; nothing was restored yet\nNext: ${sameCommand(context.argv, 'dry-run')}`);
  return exitCodes.interruptedByUser;
}
