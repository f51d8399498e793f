import { type Edge, edgeOf, type StepSpec, type WorkloadSpec } from '../contract/workload/workload.ts';

/** Each step after those it depends on. Throws on a mistake in the spec: a circle, an unknown name, edges that do not go together. */
export function stepsInOrder(spec: WorkloadSpec): readonly StepSpec[] {
  const ordered: StepSpec[] = [];
  const left = [...spec.steps];
  while (left.length > 0) {
    const next = left.findIndex(step =>
      edgesOf(step).every(edge => ordered.some(other => other.name === edge.step)),
    );
    if (next < 0)
      throw new Error(
        `the steps of ${spec.name} depend on each other in a circle, or on one that is not there`,
      );
    ordered.push(...left.splice(next, 1));
  }
  for (const step of ordered) checkEdges(spec, step);
  return ordered;
}

export const edgesOf = (step: StepSpec): readonly Edge[] => (step.dependsOn ?? []).map(edgeOf);

/** A step that another waits for the end of alone: its jobs succeed whatever its tools do. */
export const isSoft = (spec: WorkloadSpec, name: string): boolean =>
  spec.steps.some(step => edgesOf(step).some(edge => edge.step === name && edge.when === 'ended'));

/** What a bare `--memory` means. */
export const isMain = (spec: WorkloadSpec, step: StepSpec): boolean =>
  step.main === true || !spec.steps.some(other => other.main);

/** Every step that waits for one of these, however far behind it. */
export function stepsAfter(spec: WorkloadSpec, names: ReadonlySet<string>): ReadonlySet<string> {
  const after = new Set<string>();
  for (const step of stepsInOrder(spec))
    if (edgesOf(step).some(edge => names.has(edge.step) || after.has(edge.step))) after.add(step.name);
  return after;
}

function checkEdges(spec: WorkloadSpec, step: StepSpec): void {
  const edges = edgesOf(step);
  if (edges.filter(edge => edge.when === 'each').length > 1)
    throw new Error(`step ${step.name} of ${spec.name} can go shard by shard with one step`);
  for (const edge of edges) {
    const other = spec.steps.find(each => each.name === edge.step)!;
    if (edge.when === 'each' && (step.takes === 'run' || other.takes === 'run'))
      throw new Error(`step ${step.name} of ${spec.name}: a step for the whole run has no shards to go by`);
    // What a soft step's jobs say in Batch is no more than that they are over.
    if (edge.when !== 'ended' && isSoft(spec, edge.step))
      throw new Error(`step ${step.name} of ${spec.name}: others wait for the end of ${edge.step} alone`);
  }
}
