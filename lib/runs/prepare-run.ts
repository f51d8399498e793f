import { gather, type Problem, refuse } from '../contract/workload/errors.ts';
import type {
  Confirmation,
  Item,
  RunRequest,
  SpecPorts,
  WorkloadSpec,
} from '../contract/workload/workload.ts';
import { stepFolderProblems } from '../plan/step-folders.ts';
import type { LabPorts, RunWorld } from './lab-ports.ts';
import { specPorts } from './spec-ports.ts';

/** What a submission is about to do, after every look at its sources. */
export interface PreparedRun {
  readonly items: readonly Item[];
  /** Of steps that have items of their own. */
  readonly stepItems: Readonly<Record<string, readonly Item[]>>;
  readonly notes: readonly string[];
  /** Objects, bytes, money: what the workload says of it. */
  readonly lines: readonly string[];
  readonly confirm?: Confirmation;
}

/** The workload's own look at the sources. Throws LabError with every problem that it finds. */
export async function prepareRun(
  spec: WorkloadSpec,
  chosen: readonly Item[],
  request: RunRequest,
  ports: Pick<LabPorts, 'storeOf' | 'placeStoreOf' | 'deployment'>,
  world: RunWorld,
  extra: Pick<SpecPorts, 'inputs' | 'files'> = {},
): Promise<PreparedRun> {
  const said: string[] = [];
  const own: SpecPorts = {
    ...specPorts(spec, request, ports, world),
    ...extra,
    note: text => void said.push(text),
  };
  const told = gather();
  for (const [name, place] of Object.entries(spec.places ?? {}))
    if (!place.optional) await told.ask(async () => own.place(name));
  const wrong = (await spec.check?.(request, chosen)) ?? [];
  told.refuse(wrong);
  await told.ask(() => refuse(wrong));
  const looked = await told.ask(async () => {
    const expanded = spec.expand ? await spec.expand(chosen, request, own) : chosen;
    const { items, steps: stepItems } = 'steps' in expanded ? expanded : { items: expanded, steps: {} };
    refuse(stepFolderProblems(spec, items));
    const found = spec.preflight ? await spec.preflight(items, request, own) : [];
    const { problems, notes = [] } = 'problems' in found ? found : { problems: found };
    refuse(problems.map((message): Problem => ({ where: spec.name, message })));
    return { items, stepItems, notes };
  });
  told.refuse();
  const { items, stepItems, notes } = looked!;
  const confirm = await spec.confirm?.(items, request, own);
  return {
    items,
    stepItems,
    notes: [...said, ...notes],
    lines: (await spec.describe?.(items, request, own)) ?? [],
    ...(confirm ? { confirm } : {}),
  };
}
