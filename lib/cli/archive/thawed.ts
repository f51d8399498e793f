import type { RestoreTier } from '../../../jobs/plate-archive/prices.ts';
import { restoreProblems } from '../../../jobs/plate-archive/restore/describe-restore.ts';
import type { ThawRequest } from '../../../jobs/plate-archive/restore/old-plate.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Args, OptionSpec } from '../command.ts';
import type { Context } from '../context.ts';
import { sameCommand } from '../output/command-line.ts';
import { sayLater, sayWaits, untilThere } from '../until-there.ts';

/** How what is cold is asked for, and whether it is waited for. */
export const thawOptions: Readonly<Record<string, OptionSpec>> = {
  tier: { type: 'string', value: 'TIER', describe: 'how fast tars come out of a cold class: Bulk, Standard' },
  days: { type: 'string', value: 'N', describe: 'how long their copies stay (default 7)' },
  wait: { type: 'boolean', describe: 'wait for what has to come out of a cold class' },
};

/** Reads them, and looks at `--archive` where a verb has it. Throws LabError with all that is wrong. */
export function thawHow(args: Args): ThawRequest {
  const tier = args.text('tier') ?? 'Bulk';
  const days = args.text('days') ?? '7';
  const archive = args.text('archive');
  const parameters = { days, ...(archive === undefined ? {} : { archive }) };
  const problems = [
    ...restoreProblems({ parameters }).map(message => ({
      where: `lab archive ${args.positionals[0]}`,
      message,
    })),
    // Expedited is for tarballs of older scripts, and what stands in GLACIER.
    ...(['Bulk', 'Standard', 'Expedited'].includes(tier)
      ? []
      : [{ where: '--tier', message: `${tier} is none of Bulk, Standard` }]),
  ];
  if (problems.length > 0) throw new LabError(problems);
  return { tier: tier as RestoreTier, days: Number(days) };
}

/**
 * Asks for what is cold, and waits for it where that was asked for. Undefined: all of it can be read now; else the exit code, for
 * the same call goes on once the copies are there.
 */
export async function thawed(
  context: Context,
  wait: boolean,
  ask: () => Promise<readonly string[]>,
  nothing = 'nothing was done yet',
): Promise<number | undefined> {
  const left = await ask();
  if (left.length === 0) return undefined;
  if (!wait) {
    sayLater(context, left, nothing);
    return exitCodes.toMend;
  }
  sayWaits(context);
  if (await untilThere(context, ask)) return undefined;
  context.say(`interrupted; ${nothing}\nNext: ${sameCommand(context.argv, 'dry-run')}`);
  return exitCodes.interruptedByUser;
}
