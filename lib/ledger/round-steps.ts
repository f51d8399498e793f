import type { ObjectInfo } from '../contract/ports/ports.ts';
import { addsKey } from '../contract/run/keys.ts';
import type { RoundPlan } from '../contract/run/run.ts';
import type { ItemList } from './items/item-list.ts';
import type { RoundSource } from './items/round-source.ts';
import { readShardLines } from './items/shard-lines.ts';
import { StepItems } from './items/step-items.ts';
import { RoundStep } from './look/round-step.ts';

/** The steps of rounds, one round after the other, over the same items. */
export class RoundSteps {
  readonly items: ItemList;
  readonly #ofStep = new Map<string, StepItems>();
  /** The round whose items were added last. */
  #added = -1;

  constructor(items: ItemList) {
    this.items = items;
  }

  /** Takes in the items that an open run's round adds, once: where reading the rest breaks off, it is read again. */
  async add(source: RoundSource, plan: RoundPlan): Promise<void> {
    if (plan.adds === undefined || this.#added === plan.round) return;
    const lines = await source.get(addsKey(plan, plan.round));
    if (!lines) throw new Error(`s3://${source.bucket}/${addsKey(plan, plan.round)} is missing`);
    this.items.append(lines);
    this.#added = plan.round;
  }

  /** `manifest`: the run's, as it is stored, where a step's items may be the very same. */
  async read(source: RoundSource, plan: RoundPlan, manifest?: ObjectInfo): Promise<readonly RoundStep[]> {
    const parts: RoundStep[] = [];
    for (const step of plan.steps) {
      const items = this.#ofStep.get(step.name) ?? new StepItems(this.items);
      this.#ofStep.set(step.name, items);
      parts.push(new RoundStep(plan, step, items, await readShardLines(source, step, items, manifest)));
    }
    return parts;
  }
}
