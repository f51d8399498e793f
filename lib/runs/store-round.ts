import type { Bytes } from '../contract/list/bytes.ts';
import type { Store } from '../contract/ports/ports.ts';
import { hasBytes } from '../contract/ports/same-bytes.ts';
import { encodeShards, type ShardFile } from '../contract/run/encode-shards.ts';
import {
  addsKey,
  indexKey,
  itemsKey,
  manifestKey,
  planKey,
  type RunRef,
  requestKey,
} from '../contract/run/keys.ts';
import type { RoundPlan, StoredRequest } from '../contract/run/run.ts';
import { LabError } from '../contract/workload/errors.ts';
import type { Item } from '../contract/workload/workload.ts';

/** Freezes a run: its request and its manifest, before any round of it is stored. */
export async function storeRun(
  store: Store,
  run: RunRef,
  request: StoredRequest,
  items: readonly Item[],
  files: Readonly<Record<string, ShardFile>> = {},
): Promise<void> {
  // Mostly a step has the very list, and its lines are there.
  const same = Object.values(files).find(file => file.list === items);
  await putOnce(store, run, manifestKey(run), (same ?? encodeShards([items])).items);
  await putOnce(store, run, requestKey(run), JSON.stringify(request));
}

/** Stores a round's items, indexes and, last, its plan: a round exists once its plan does. */
export async function storeRound(
  store: Store,
  plan: RoundPlan,
  files: Readonly<Record<string, ShardFile>>,
  adds: readonly Item[] = [],
): Promise<void> {
  if (plan.adds !== undefined)
    await putOnce(store, plan, addsKey(plan, plan.round), encodeShards([adds]).items);
  for (const step of plan.steps) {
    const file = files[step.name]!;
    await putOnce(store, plan, itemsKey(plan, plan.round, step.name), file.items);
    await putOnce(store, plan, indexKey(plan, plan.round, step.name), file.index);
  }
  await putOnce(store, plan, planKey(plan, plan.round), JSON.stringify(plan));
}

/** Bytes up to which a body is in memory. */
const mostAtOnce = 4 * 2 ** 20;

/** Written once with If-None-Match; the same bytes written again are no conflict. */
async function putOnce(
  store: Store,
  { runId }: RunRef,
  key: string,
  bytes: Bytes | Buffer | string,
): Promise<void> {
  const isLarge = typeof bytes !== 'string' && bytes.length > mostAtOnce;
  const body = typeof bytes === 'string' || isLarge ? bytes : bytes.slice(0, bytes.length);
  if (await store.put(key, body, { ifNoneMatch: true })) return;
  if (await hasBytes(store, key, body)) return;
  throw new LabError({
    where: `s3://${store.bucket}/${key}`,
    message: 'is there already, with other contents: someone else is working on this run',
    fix: `npx lab watch ${runId}, and what is left then`,
  });
}
