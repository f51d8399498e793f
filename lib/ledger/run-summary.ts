import type { Store } from '../contract/ports/ports.ts';
import type { AttemptRecord, ItemRecord } from '../contract/run/records.ts';
import type { RoundPlan } from '../contract/run/run.ts';
import type { RunSummary } from '../contract/run/summary.ts';
import { readAttempts } from './attempts.ts';

/** Reads every record of a run: a listing a step and a request an attempt, many at once. */
export async function readSummary(store: Store, rounds: readonly RoundPlan[]): Promise<RunSummary> {
  const records: AttemptRecord[] = [];
  for await (const record of readAttempts(store, rounds)) records.push(record);
  return summarize(records);
}

/** Pure part. */
export function summarize(unsorted: readonly AttemptRecord[]): RunSummary {
  const records = unsorted.toSorted((a, b) => (a.endedAt < b.endedAt ? -1 : 1));
  const newest = new Map<string, number>();
  const hosts = new Map<string, { type: string; from: number; to: number }>();
  for (const { round, step, shard, jobId, attempt, host, startedAt, endedAt } of records) {
    const job = `${round} ${step} ${shard} ${jobId}`;
    newest.set(job, Math.max(newest.get(job) ?? 0, attempt));
    const id = host?.instanceId ?? host?.hostname ?? '';
    const [from, to] = [Date.parse(startedAt), Date.parse(endedAt)];
    const seen = hosts.get(id) ?? { type: host?.instanceType ?? 'unknown', from, to };
    hosts.set(id, { ...seen, from: Math.min(seen.from, from), to: Math.max(seen.to, to) });
  }
  const hours: Record<string, number> = {};
  for (const { type, from, to } of hosts.values()) hours[type] = (hours[type] ?? 0) + (to - from) / 3_600_000;
  const all = records.flatMap(itemRecords);
  const sum = (of: (record: ItemRecord) => number | undefined): number =>
    all.reduce((total, record) => total + (of(record) ?? 0), 0);
  return {
    attempts: [...newest.values()].reduce((total, each) => total + each, 0),
    hosts: hosts.size,
    hours,
    bytesIn: sum(({ bytesIn }) => bytesIn),
    bytesOut: sum(({ bytesOut }) => bytesOut),
    records,
  };
}

const itemRecords = ({ items, whole }: AttemptRecord): readonly ItemRecord[] =>
  items ?? (whole ? [whole] : []);
