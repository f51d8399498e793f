import { LabError, refuse } from '../contract/workload/errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { StepView } from '../ledger/step-view.ts';
import type { Args, OptionSpec } from './command.ts';
import type { OpenRun } from './open.ts';
import { type StatusRow, stepNamed, stepRow } from './output/step-rows.ts';

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

/** Which rows of a part are wanted. */
export interface Wanted {
  /** Their own names, or the run's item that they are part of; all where none is. */
  readonly names?: readonly string[];
  readonly only?: 'all' | 'failed' | 'not-done';
  /** Whether what is in the records of what is done is read for them; where it is little, unasked. */
  readonly details?: boolean;
}

/** A part of a run as it stands: its items, or a step's own, one after the other. */
export interface PartRows {
  readonly ledger: Ledger;
  /** How many there are in all. */
  readonly total: number;
  /** Throws LabError for names that it has not. */
  rows(wanted?: Wanted): AsyncGenerator<StatusRow>;
}

/** Throws LabError for a step that the run has not. */
export async function readPart(open: OpenRun, { step, round }: RunPart): Promise<PartRows> {
  const ledger = await open.ledger(round === undefined ? {} : { round });
  const view = step === undefined ? undefined : stepNamed(ledger, step);
  // Of a round, what it had.
  const isIn = (index: number): boolean =>
    round === undefined ||
    ledger.entries.some(each => each.owners.placesOf(index).length > 0 || each.owners.common.length > 0);
  let total = view?.length ?? ledger.rows.length;
  if (!view && round !== undefined)
    for (let index = 0; index < ledger.rows.length; index++) if (!isIn(index)) total--;
  return {
    ledger,
    total,
    async *rows({ names = [], only = 'all', details = ledger.isDetailed } = {}) {
      refuseUnknown(open, ledger, view, names);
      const fits = ({ state }: StatusRow): boolean =>
        only === 'all' || (only === 'failed' ? state === 'failed' : state !== 'done');
      for await (const row of rowsOf(ledger, view, { names, only, details }))
        if (fits(row) && (round === undefined || view || row.steps === undefined || row.steps.length > 0))
          yield row;
    },
  };
}

/** The rows that may fit; those that cannot are passed over where that is cheap. */
async function* rowsOf(
  ledger: Ledger,
  view: StepView | undefined,
  { names, only, details }: Required<Wanted>,
): AsyncGenerator<StatusRow & { readonly steps?: readonly unknown[] }> {
  if (view) {
    const places = names.length > 0 ? view.placesOf(names) : undefined;
    for await (const entry of ledger.stream(view, { details, ...(places ? { places } : {}) }))
      yield stepRow(view.name, entry);
  } else if (details || names.length > 0)
    yield* ledger.rows.stream({ details, ...(names.length > 0 ? { names } : {}) });
  else if (only === 'all') yield* ledger.rows;
  else yield* only === 'failed' ? ledger.rows.in('failed') : ledger.rows.open();
}

function refuseUnknown(
  { run, spec }: OpenRun,
  ledger: Ledger,
  view: StepView | undefined,
  names: readonly string[],
): void {
  const isKnown = (name: string): boolean =>
    view ? view.placesOf([name]).length > 0 : ledger.rows.named(name) !== undefined;
  refuse(
    names
      .filter(name => !isKnown(name))
      .map(name => ({
        where: name,
        message: `is no ${spec.item.one} of ${run.runId}`,
        fix: `lab status ${run.runId}`,
      })),
  );
}
