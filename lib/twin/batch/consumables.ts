import { clientError } from './client-error.ts';
import type { JournalEntry } from './journal.ts';

type Input = Readonly<Record<string, unknown>>;
type Consumables = Map<string, { total: number; used: number }>;

/** Create, Describe, List and Delete of consumable resources, which limit how many jobs run at once. */
export function consumableActions(
  consumables: Consumables,
  home: { readonly region: string; readonly account: string },
  write: (entry: JournalEntry) => void,
): Record<string, (input: Input) => unknown> {
  const identity = (name: string) => ({
    consumableResourceName: name,
    consumableResourceArn: `arn:aws:batch:${home.region}:${home.account}:consumable-resource/${name}`,
  });
  const detail = (name: string, { total, used }: { total: number; used: number }) => ({
    ...identity(name),
    totalQuantity: total,
    inUseQuantity: used,
    resourceType: 'REPLENISHABLE',
  });
  const find = (input: Input): [string, { total: number; used: number }] => {
    const name = consumableName(input.consumableResource);
    const found = consumables.get(name);
    if (!found) throw clientError(`Consumable resource ${name} does not exist`);
    return [name, found];
  };
  return {
    createconsumableresource(input) {
      const name = String(input.consumableResourceName ?? '');
      if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(name))
        throw clientError(`consumableResourceName ${name} is not valid`);
      if (consumables.has(name)) throw clientError(`Consumable resource ${name} already exists`);
      const total = Number(input.totalQuantity ?? 0);
      if (!Number.isInteger(total) || total < 0) throw clientError(`totalQuantity ${total} is not valid`);
      if ((input.resourceType ?? 'REPLENISHABLE') !== 'REPLENISHABLE')
        throw clientError('the twin has REPLENISHABLE consumable resources only');
      consumables.set(name, { total, used: 0 });
      write({ kind: 'resource', name, total });
      return identity(name);
    },
    describeconsumableresource(input) {
      const [name, found] = find(input);
      return { ...detail(name, found), availableQuantity: found.total - found.used };
    },
    listconsumableresources: () => ({
      consumableResources: [...consumables].map(([name, each]) => detail(name, each)),
    }),
    deleteconsumableresource(input) {
      const [name] = find(input);
      consumables.delete(name);
      write({ kind: 'resource', name });
      return {};
    },
  };
}

/** The name in a name or an ARN. */
export const consumableName = (text: unknown): string =>
  String(text ?? '')
    .split('/')
    .at(-1)!;
