import type { ItemState, Ledger, StepCounts } from '../../ledger/ledger.ts';
import { itemsAtWork } from '../../ledger/ledger.ts';
import type { IsKnown } from '../../ledger/step-view.ts';
import { type StatusRow, stepNamed, stepRow } from '../output/step-rows.ts';
import { inRound, type RunPart } from '../run-part.ts';

/** How what somebody watches stands: a run, one of its rounds, or one of its steps with items of its own. */
export interface Watched {
  readonly total: number;
  readonly counts: Readonly<Record<ItemState, number>>;
  readonly atWork: number;
  /** Of the run's items: as `Ledger.unasked`. */
  readonly unasked: number;
  /** Whether nothing of it can change any more without a retry. */
  readonly ended: boolean;
  readonly steps: readonly StepCounts[];
  /** What has failed, one by one, but for what `isKnown` to have. */
  failed(isKnown: IsKnown): Iterable<StatusRow>;
  /** All of it, one by one, with what is in the records. */
  stream(): AsyncIterable<StatusRow>;
}

/** What of a ledger is watched. The ledger is the round's own where there is a round. Throws LabError for a step that it has not. */
export function watchedOf(ledger: Ledger, { step, round }: RunPart): Watched {
  if (step !== undefined) return stepOf(ledger, step);
  const { atWork, unasked, ended, steps, rows } = ledger;
  const { counts, total } =
    round === undefined ? { counts: ledger.counts, total: rows.length } : inRound(ledger);
  return {
    total,
    counts,
    atWork,
    unasked,
    ended,
    steps,
    failed: isKnown => rows.failed(isKnown),
    stream: () => rows.stream({ details: true }),
  };
}

function stepOf(ledger: Ledger, step: string): Watched {
  const view = stepNamed(ledger, step);
  const stand = ledger.steps.find(each => each.step === step)!;
  const { counts, items } = stand;
  return {
    total: items,
    counts,
    atWork: itemsAtWork(view.parts),
    unasked: ledger.unasked,
    // A step may be over long before its run is.
    ended: ledger.ended || counts.running + counts.waiting === 0,
    steps: [stand],
    *failed(isKnown) {
      for (const entry of view.failures(isKnown)) yield stepRow(step, entry);
    },
    async *stream() {
      for await (const entry of ledger.stream(view, { details: true })) yield stepRow(step, entry);
    },
  };
}
