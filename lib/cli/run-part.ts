import { LabError, refuse } from '../contract/workload/errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Args, OptionSpec } from './command.ts';
import type { OpenRun } from './open.ts';
import { rowsOfStep, type StatusRow } from './output/step-rows.ts';

/** What of a run a verb is about. */
export interface RunPart {
  readonly step?: string;
  /** How its items stood in this round alone, from 0. */
  readonly round?: number;
}

export const partOptions = {
  step: { type: 'string', value: 'STEP', describe: 'only this step, with items of its own if it has such' },
  round: { type: 'string', value: 'N', describe: 'only what this round did, from 0' },
} as const satisfies Record<string, OptionSpec>;

/** Throws LabError for a round that the run has not. */
export function partOf(args: Args, { run }: OpenRun): RunPart {
  const step = args.text('step');
  const text = args.text('round');
  const known = text === undefined || (/^\d+$/.test(text) && Number(text) < run.rounds.length);
  if (!known)
    throw new LabError({
      where: '--round',
      message: `${run.runId} has no round ${text}`,
      fix: run.rounds.length === 1 ? 'it has round 0 alone' : `its rounds: 0 to ${run.rounds.length - 1}`,
    });
  return { ...(step === undefined ? {} : { step }), ...(text === undefined ? {} : { round: Number(text) }) };
}

/** The ledger, and the rows of a part of the run: its items, or a step's own. Throws LabError for a step that it has not. */
export async function readPart(
  open: OpenRun,
  { step, round }: RunPart,
  { outputs = false } = {},
): Promise<{ readonly ledger: Ledger; readonly rows: readonly StatusRow[] }> {
  const ledger = await open.ledger({ outputs, ...(round === undefined ? {} : { round }) });
  if (step !== undefined) return { ledger, rows: rowsOfStep(ledger, step) };
  return {
    ledger,
    rows: round === undefined ? ledger.rows : ledger.rows.filter(row => row.steps.length > 0),
  };
}

/** Those of the rows that are named, by their own names or by the run's item that they are part of; all where none is. Throws LabError. */
export function named<T extends StatusRow>(
  rows: readonly T[],
  names: readonly string[],
  { run, spec }: OpenRun,
): readonly T[] {
  if (names.length === 0) return rows;
  const wanted = new Set(names);
  const known = new Set(rows.flatMap(row => [row.name, ...(row.of === undefined ? [] : [row.of])]));
  refuse(
    names
      .filter(name => !known.has(name))
      .map(name => ({
        where: name,
        message: `is no ${spec.item.one} of ${run.runId}`,
        fix: `lab status ${run.runId}`,
      })),
  );
  return rows.filter(row => wanted.has(row.name) || (row.of !== undefined && wanted.has(row.of)));
}
