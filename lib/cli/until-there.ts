import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from './context.ts';
import { sameCommand } from './output/command-line.ts';

/** Where nobody waits: what is not there yet, that nothing was done, and the call that goes on with it. */
export function sayLater(context: Context, left: readonly string[], nothing: string): void {
  for (const line of left) context.say(line);
  context.say(
    `${nothing}; the same call goes on once they are there, and with --wait it waits for them\nNext: ${sameCommand(context.argv, 'wait', ['--wait'])}`,
  );
}

/** Where somebody does. */
export const sayWaits = (context: Context): void =>
  context.say('waiting; what was asked for comes whether or not anybody waits');

/**
 * Looks until nothing is left that has to come: a copy out of a cold class takes hours. Every minute at first, and every quarter of an
 * hour in the end; the twin is asked twice a second. What is left is told whenever it changes. False: Ctrl-C ended the waiting.
 */
export async function untilThere(context: Context, look: () => Promise<readonly string[]>): Promise<boolean> {
  let told = '';
  let pause = context.local ? 500 : 60_000;
  for (;;) {
    const left = await look().catch(error => {
      if (context.signal.aborted) return undefined;
      throw error;
    });
    if (!left) return false;
    if (left.length === 0) return true;
    if (left.join('\n') !== told) for (const line of left) context.say(line);
    told = left.join('\n');
    if (context.signal.aborted) return false;
    await sleep(pause, undefined, { signal: context.signal }).catch(() => undefined);
    if (context.signal.aborted) return false;
    if (!context.local) pause = Math.min(15 * 60_000, pause * 1.3);
  }
}
