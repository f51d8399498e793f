import { encodeShards } from '../../lib/contract/run/encode-shards.ts';
import { indexKey, itemsKey, type RunRef } from '../../lib/contract/run/keys.ts';
import type { Lane, PlannedStep, RoundPlan } from '../../lib/contract/run/run.ts';
import type { Item } from '../../lib/contract/workload/workload.ts';

export const aLane: Lane = {
  pool: 'pool',
  jobQueue: 'queue',
  jobDefinition: 'definition',
  vcpus: 1,
  memoryMiB: 512,
  timeoutSeconds: 60,
  attempts: 3,
};

/** Round 0 of a run with one step, as the planner gives it to the submitter, over items that are cut already. */
export function oneStepRound(
  run: RunRef,
  shards: readonly (readonly Item[])[],
  more: { readonly plan?: Partial<RoundPlan>; readonly step?: Partial<PlannedStep> } = {},
) {
  const step: PlannedStep = {
    name: 'run',
    takes: 'item',
    dependsOn: [],
    items: shards.flat().length,
    shards: shards.length,
    itemsKey: itemsKey(run, 0, 'run'),
    indexKey: indexKey(run, 0, 'run'),
    lanes: [aLane],
    arrays: [],
    ...more.step,
  };
  const plan: RoundPlan = {
    version: 2,
    request: { workload: run.workload, parameters: {} },
    ...run,
    lab: 'lab',
    round: 0,
    createdAt: '2026-01-01T00:00:00Z',
    parameters: {},
    arguments: [],
    onItemFailure: 'continue',
    steps: [step],
    ...more.plan,
  };
  return { plan, step, files: { run: encodeShards(shards) } };
}
