import { wholeOf } from '../../contract/list/bytes.ts';
import type { Store } from '../../contract/ports/ports.ts';
import type { ShardFile } from '../../contract/run/encode-shards.ts';
import { addsKey, indexKey, itemsKey } from '../../contract/run/keys.ts';
import type { RoundPlan } from '../../contract/run/run.ts';

/** Where a round's items are read from: the store that has them, or the memory of who has sent it. */
export type RoundSource = Pick<Store, 'bucket' | 'get' | 'head'>;

/** A round whose files its caller has. */
export interface GivenRound {
  readonly plan: RoundPlan;
  /** Of each step; those of a round that adds items to the run are the added ones, in their order. */
  readonly files: Readonly<Record<string, Pick<ShardFile, 'items' | 'index'>>>;
}

export function givenSource({ plan, files }: GivenRound): RoundSource {
  const bodies = new Map<string, Buffer>();
  for (const { name } of plan.steps) {
    const { items, index } = files[name]!;
    // Copies: what stays of it must not hold the larger buffer that it is a part of.
    const lines = wholeOf(items);
    bodies.set(itemsKey(plan, plan.round, name), lines);
    bodies.set(indexKey(plan, plan.round, name), index);
    bodies.set(addsKey(plan, plan.round), lines);
  }
  return inMemory('memory', bodies);
}

/** The files of a round that adds items to an open run, read at once: such rounds are many, and small. */
export async function readAhead(store: Store, plan: RoundPlan): Promise<RoundSource> {
  const keys = [
    addsKey(plan, plan.round),
    ...plan.steps.flatMap(({ indexKey, itemsKey }) => [indexKey, itemsKey]),
  ];
  const bodies = await Promise.all(keys.map(key => store.get(key)));
  const found = keys.flatMap((key, at): (readonly [string, Buffer])[] =>
    bodies[at] ? [[key, bodies[at]]] : [],
  );
  return inMemory(store.bucket, new Map(found));
}

const inMemory = (bucket: string, bodies: ReadonlyMap<string, Buffer>): RoundSource => ({
  bucket,
  head: async () => undefined,
  get: async (key, range) => {
    const body = bodies.get(key);
    return body && range ? body.subarray(range[0], range[1]) : body;
  },
});
