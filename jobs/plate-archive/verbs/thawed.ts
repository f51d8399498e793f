import type { Args, OptionSpec } from '../../../lib/contract/verb/args.ts';
import { LabError } from '../../../lib/contract/workload/errors.ts';
import type { RestoreTier } from '../prices.ts';
import type { ThawRequest } from '../restore/cold.ts';
import { restoreProblems } from '../restore/describe-restore.ts';

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
    ...restoreProblems({ parameters }),
    // Expedited is for tarballs of older scripts, and what stands in GLACIER.
    ...(['Bulk', 'Standard', 'Expedited'].includes(tier)
      ? []
      : [{ where: '--tier', message: `${tier} is none of Bulk, Standard` }]),
  ];
  if (problems.length > 0) throw new LabError(problems);
  return { tier: tier as RestoreTier, days: Number(days) };
}
