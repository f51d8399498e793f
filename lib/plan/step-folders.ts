import type { Problem } from '../contract/workload/errors.ts';
import type { Item, WorkloadSpec } from '../contract/workload/workload.ts';

/** Items whose folder of outputs is that of a step which works for several items at once: the two would overwrite each other. */
export function stepFolderProblems(spec: WorkloadSpec, items: readonly Item[]): readonly Problem[] {
  const steps = new Set(spec.steps.filter(step => step.takes !== 'item').map(step => step.name));
  if (steps.size === 0) return [];
  return items
    .filter(({ name }) => steps.has(name.split('/', 1)[0]!))
    .map(({ name }) => ({
      where: spec.name,
      message: `${JSON.stringify(name)} is called like a step of ${spec.name}, whose outputs are in a folder of that name`,
      fix: `give the ${spec.item.one} another name`,
    }));
}
