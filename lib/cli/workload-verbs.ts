import type { WorkloadSpec } from '../contract/workload/workload.ts';
import type { Command } from './command.ts';
import { submitOptions } from './submission/options.ts';

/** The verbs that workloads bring, by name; one that siblings have in common is one. */
export function workloadVerbs(
  workloads: readonly WorkloadSpec[],
): Readonly<Record<string, () => Promise<Command>>> {
  const names = new Set(workloads.flatMap(({ verbs = {} }) => Object.keys(verbs)));
  return Object.fromEntries(
    Array.from(names, name => {
      const bringing = workloads.filter(({ verbs = {} }) => Object.hasOwn(verbs, name));
      return [name, () => commandOf(name, bringing)];
    }),
  );
}

async function commandOf(name: string, bringing: readonly WorkloadSpec[]): Promise<Command> {
  const { optionsOf, ...verb } = await bringing[0]!.verbs![name]!();
  return {
    ...verb,
    name,
    ...(optionsOf ? { optionsOf: (_, word) => optionsOf(word) ?? siblingOptions(bringing, word) } : {}),
    async run(context, args) {
      const { verbPorts } = await import('./verb-ports.ts');
      return verb.run(await verbPorts(context, bringing), args);
    },
  };
}

/** A family's verb is a submission where it is none of its own. */
function siblingOptions(bringing: readonly WorkloadSpec[], word: string): Command['options'] {
  const sibling = bringing.find(({ family }) => family?.verb === word);
  return sibling ? submitOptions(sibling) : {};
}
