import { instanceType, usableMemoryMiB } from '../contract/hosts/instance-types.ts';
import { causeOf } from '../contract/run/cause.ts';
import type { Lane } from '../contract/run/run.ts';
import type { Pool } from '../contract/workload/config.ts';
import { kindPools } from '../contract/workload/step-sizes.ts';
import type { CauseChange, OnCause, StepSpec } from '../contract/workload/workload.ts';
import type { Entry } from '../ledger/entries.ts';
import type { Group } from '../plan/cut-step.ts';
import { type Change, choosePool, resourcesOf, type SizeInput } from '../plan/sizes.ts';
import type { RetryChanges } from './retry-request.ts';

/** What a retry changes where a workload says nothing else. A pool that is not named is one on demand. */
const usual: OnCause = {
  'out-of-memory': { memory: 'x2' },
  timeout: { timeout: 'x2' },
  reclaimed: { after: 2 },
};

/** The longest that Batch takes, in seconds. */
const longestTimeout = 31_536_000;

/**
 * Entries that get something else than the rest, by why they ended; what the user asks for goes before. What an earlier
 * retry has given is kept: an item that needed more memory needs it again.
 */
export function groupsByCause(
  sizes: SizeInput,
  step: StepSpec,
  entries: readonly Entry[],
  changes: RetryChanges,
): readonly Group[] {
  const groups = new Map<string, { change: Change; entries: Entry[] }>();
  for (const entry of entries) {
    const change = changeFor(sizes, step, entry, changes);
    const key = JSON.stringify(change);
    const group = groups.get(key) ?? { change, entries: [] };
    group.entries.push(entry);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ change, entries }) => ({
    items: entries.map(({ item }) => item),
    change,
  }));
}

function changeFor(sizes: SizeInput, step: StepSpec, entry: Entry, changes: RetryChanges): Change {
  const { lane, state, attempts } = entry;
  if (state !== 'failed' || !lane || attempts === 0) return {};
  const planned = resourcesOf(sizes, step);
  // The first round had what everything has.
  const before = entry.round > 0 ? lane : planned;
  const wanted = wantedFor(sizes, entry);
  const pool = changes.pool === undefined ? poolFor(sizes, step, entry, lane, wanted) : undefined;
  const memoryMiB = wanted.memory
    ? grown(lane, wanted.memory, sizes.config.pools[pool ?? lane.pool])
    : before.memoryMiB;
  const timeoutSeconds = wanted.timeout
    ? Math.min(longestTimeout, Math.ceil(lane.timeoutSeconds * factor(wanted.timeout)))
    : before.timeoutSeconds;
  return {
    ...(!changes.memory && memoryMiB > planned.memoryMiB ? { memoryMiB } : {}),
    ...(changes.timeoutSeconds === undefined && timeoutSeconds > planned.timeoutSeconds
      ? { timeoutSeconds }
      : {}),
    ...(pool === undefined ? {} : { pool }),
  };
}

/** What its cause asks for, once it has ended of that often enough. */
function wantedFor({ spec }: SizeInput, entry: Entry): CauseChange {
  const cause = causeOf(entry);
  const found = cause && (spec.onCause?.[cause] ?? usual[cause]);
  return found && entry.attempts >= (found.after ?? 1) ? found : {};
}

/** What it had times the factor, but no more than a host of the pool gives. */
function grown({ memoryMiB, vcpus }: Lane, memory: `x${number}`, pool: Pool | undefined): number {
  const most = (pool?.instanceTypes ?? [])
    .flatMap(name => instanceType(name) ?? [])
    .filter(host => host.vcpus >= vcpus)
    .map(usableMemoryMiB);
  const wanted = Math.ceil(memoryMiB * factor(memory));
  return most.length === 0 ? wanted : Math.max(memoryMiB, Math.min(wanted, Math.max(...most)));
}

/** Where its cause moves it, or an earlier retry has; undefined where it goes as the rest. */
function poolFor(
  sizes: SizeInput,
  step: StepSpec,
  entry: Entry,
  lane: Lane,
  wanted: CauseChange,
): string | undefined {
  const { spec, config, queues } = sizes;
  if (wanted.pool !== undefined) return wanted.pool;
  const planned = choosePool(sizes, step);
  const own = 'message' in planned ? undefined : planned.name;
  const lab = config.workloads[spec.name] ?? { pools: spec.pools };
  const allowed = kindPools(spec, lab, step.kind).filter(name => queues[name]);
  const isMoved = causeOf(entry) === 'reclaimed' && wanted.after !== undefined;
  const calm = allowed.find(
    name =>
      config.pools[name]!.market === 'on-demand' &&
      config.pools[name]!.architecture === config.pools[lane.pool]?.architecture,
  );
  const next = isMoved ? (calm ?? lane.pool) : entry.round > 0 ? lane.pool : own;
  return next === own || next === undefined || !allowed.includes(next) ? undefined : next;
}

const factor = (text: `x${number}`): number => Number(text.slice(1));
