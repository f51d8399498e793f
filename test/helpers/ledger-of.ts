import type { RoundPlan } from '../../lib/contract/run/run.ts';
import { encodeItem } from '../../lib/contract/run/shard-index.ts';
import { edgeOf, type Item, type StepSpec } from '../../lib/contract/workload/workload.ts';
import { ItemList } from '../../lib/ledger/items/item-list.ts';
import { StepItems } from '../../lib/ledger/items/step-items.ts';
import { foldLedger, type Ledger } from '../../lib/ledger/ledger.ts';
import { RoundStep } from '../../lib/ledger/look/round-step.ts';
import type { Known } from '../../lib/ledger/shard-state.ts';
import { memoryStore } from './memory-store.ts';

/** One shard of a step in a round, with its items, as a look has found it. */
export interface SeenShard extends Known {
  readonly round: number;
  readonly step: string;
  readonly items: readonly Item[];
  readonly done: boolean;
}

/** The ledger of a run whose shards stand like this, in the order of rounds, steps and shards. */
export function ledgerOf(
  shards: readonly SeenShard[],
  run: {
    readonly rounds: readonly RoundPlan[];
    readonly items: readonly Item[];
    readonly steps: readonly StepSpec[];
  },
): Ledger {
  const items = ItemList.of(run.items);
  const byStep = new Map<string, StepItems>();
  const parts = run.rounds.flatMap(plan =>
    plan.steps.map(step => {
      const own = shards.filter(shard => shard.round === plan.round && shard.step === step.name);
      const stepItems = byStep.get(step.name) ?? new StepItems(items);
      byStep.set(step.name, stepItems);
      const positions = own
        .flatMap(shard => shard.items)
        .map(item => stepItems.positionOf(Buffer.from(encodeItem(item))));
      const first = Uint32Array.from([0, ...own.map(shard => shard.items.length)]);
      for (let shard = 1; shard < first.length; shard++) first[shard]! += first[shard - 1]!;
      const part = new RoundStep(plan, step, stepItems, {
        lines: positions.length,
        first,
        positionOf: line => positions[line]!,
        lineOf: position => positions.indexOf(position),
      });
      own.forEach(({ round: _r, step: _s, items: _i, done, ...known }, shard) => {
        part.done[shard] = done ? 1 : 0;
        part.know(shard, known);
      });
      part.update();
      return part;
    }),
  );
  return foldLedger({
    items,
    parts,
    edges: name => (run.steps.find(step => step.name === name)?.dependsOn ?? []).map(edgeOf),
    store: memoryStore(),
  });
}
