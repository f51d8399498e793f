import type { RoundPlan } from '../contract/run/run.ts';
import { LabError, refuse } from '../contract/workload/errors.ts';
import { type ItemState, itemStates } from '../ledger/entries.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openStates } from '../ledger/rows.ts';
import type { StepView } from '../ledger/step-view.ts';
import type { Args, OptionSpec } from './command.ts';
import type { ConnectedRun } from './open.ts';
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
export function partOf(args: Args, { run }: ConnectedRun): RunPart {
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

/** Whether a round has had anything of one of the run's items, by the ledger of that round alone. */
const isInRound = ({ entries }: Ledger, index: number): boolean =>
  entries.some(each => each.owners.positionsOf(index).length > 0 || each.owners.common.length > 0);

/** How the items that a round had stand, by the ledger of that round alone: it knows nothing of the others. */
export function inRound(ledger: Ledger): { readonly counts: Ledger['counts']; readonly total: number } {
  const counts = { ...ledger.counts };
  let total = ledger.rows.length;
  for (let index = 0; index < ledger.rows.length; index++)
    if (!isInRound(ledger, index)) {
      counts[itemStates[ledger.rows.states[index]!]!]--;
      total--;
    }
  return { counts, total };
}

/** The items of the run that a round has had. */
export async function namesOfRound(open: ConnectedRun, round: number): Promise<readonly string[]> {
  const ledger = await open.ledger({ round });
  const names: string[] = [];
  for (let index = 0; index < open.items.length; index++)
    if (isInRound(ledger, index)) names.push(open.items.nameAt(index));
  return names;
}

/** The rounds that a part is of. */
export const roundsOf = ({ round }: RunPart, rounds: readonly RoundPlan[]): readonly RoundPlan[] =>
  round === undefined ? rounds : rounds.filter(plan => plan.round === round);

/** A part as the user's options name it: ` --step store --round 1`; empty for all of a run. */
export const partWords = ({ step, round }: RunPart): string =>
  [
    ...(step === undefined ? [] : [` --step ${step}`]),
    ...(round === undefined ? [] : [` --round ${round}`]),
  ].join('');

/** Which rows of a part are wanted. */
export interface WantedRows {
  /** Their own names, or the run's item that they are part of; all where none is. */
  readonly names?: readonly string[];
  readonly only?: 'all' | 'failed' | 'not-done';
  /** Whether what is in the records of what is done is read for them; where it is little, unasked. */
  readonly details?: boolean;
}

/** A part of a run as it stands: its items, or a step's own, one after the other. */
export interface PartRows {
  readonly ledger: Ledger;
  /** How the run's items stand: of a round, those that it had. */
  readonly counts: Ledger['counts'];
  /** How many there are in all. */
  readonly total: number;
  /** Throws LabError for names that it has not. */
  rows(wanted?: WantedRows): AsyncGenerator<StatusRow>;
}

/** Throws LabError for a step that the run has not. */
export async function readPart(open: ConnectedRun, { step, round }: RunPart): Promise<PartRows> {
  const ledger = await open.ledger(round === undefined ? {} : { round });
  const view = step === undefined ? undefined : stepNamed(ledger, step);
  const whole = round === undefined ? { counts: ledger.counts, total: ledger.rows.length } : inRound(ledger);
  return {
    ledger,
    counts: whole.counts,
    total: view?.length ?? whole.total,
    async *rows({ names = [], only = 'all', details = ledger.isDetailed } = {}) {
      refuseUnknown(open, ledger, { step, round }, names);
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
  { names, only, details }: Required<WantedRows>,
): AsyncGenerator<StatusRow & { readonly steps?: readonly unknown[] }> {
  if (view) {
    const positions = names.length > 0 ? view.positionsOf(names) : undefined;
    for await (const entry of ledger.stream(view, { details, ...(positions ? { positions } : {}) }))
      yield stepRow(view.name, entry);
  } else
    yield* ledger.rows.stream({
      details,
      ...(names.length > 0 ? { names } : only === 'all' ? {} : { states: statesOf(only) }),
    });
}

const statesOf = (only: 'failed' | 'not-done'): readonly ItemState[] =>
  only === 'failed' ? ['failed'] : openStates;

/** Of a round's ledger, what is there is what the round had. */
function refuseUnknown(
  { run, spec, items }: ConnectedRun,
  ledger: Ledger,
  { step, round }: RunPart,
  names: readonly string[],
): void {
  const steps = ledger.entries.filter(({ name }) => step === undefined || name === step);
  const isKnown = (name: string): boolean =>
    step === undefined && round === undefined
      ? ledger.rows.named(name) !== undefined
      : steps.some(
          each =>
            each.positionsOf([name]).length > 0 ||
            (step === undefined && items.has(name) && each.owners.common.length > 0),
        );
  const of = `${step === undefined ? '' : `step ${step} of `}${round === undefined ? '' : `round ${round} of `}${run.runId}`;
  refuse(
    names
      .filter(name => !isKnown(name))
      .map(name => ({
        where: name,
        message: items.has(name) ? `is in ${run.runId}, and not in ${of}` : `is no ${spec.item.one} of ${of}`,
        fix: `npx lab status ${run.runId}${step === undefined ? '' : ` --step ${step}`}`,
      })),
  );
}
