import { createHash } from 'node:crypto';
import { causeOf } from '../contract/run/cause.ts';
import type { Lane } from '../contract/run/run.ts';
import type { Cause as BatchCause } from '../contract/workload/workload.ts';
import { shapeOf } from '../ledger/failure-groups.ts';
import type { LedgerRow } from '../ledger/ledger.ts';

/** Items that are not done for one reason. */
export interface CauseGroup {
  /** Four hexadecimal digits of what they have in common: the same in every look. */
  readonly id: string;
  readonly kind: BatchCause | 'tool' | 'held' | 'cancelled';
  readonly exitCode?: number;
  readonly reason: string;
  /** Step that it happened in. */
  readonly step: string;
  readonly names: readonly string[];
  /** The last lines that the tool of one of them printed. */
  readonly tail: readonly string[];
  /** Whose lines they are. */
  readonly tailOf?: string;
  /** Most memory that one of them had in use, in bytes. */
  readonly peakMemoryBytes?: number;
  /** What they had. */
  readonly lane?: Lane;
}

/** The last lines of an item's tools, where it left any. */
export type TailOf = (name: string) => readonly string[] | undefined;

/** Of a tail, what a cause is known by: the very last lines, where tools say why. */
const linesThatTell = 3;

/**
 * What is not done, by cause: exit code, reason, and the last lines of the log with what differs from item to item masked.
 * The largest first, and what only waits for the others last.
 */
export function causesOf(rows: Iterable<LedgerRow>, tailOf: TailOf): readonly CauseGroup[] {
  const found = new Map<string, { -readonly [K in keyof CauseGroup]: CauseGroup[K] } & { names: string[] }>();
  for (const row of rows) {
    const kind = kindOf(row);
    if (!kind) continue;
    const reason =
      row.reason ?? (row.exitCode === undefined ? 'no reason given' : `exit code ${row.exitCode}`);
    const tail = kind === 'held' ? [] : (tailOf(row.name) ?? []);
    const lane = row.steps.find(each => each.step === row.step)?.lane;
    // What a tool printed before its memory, its time or its host was taken from it tells nothing of why.
    const telling = kind === 'tool' ? tail.slice(-linesThatTell) : [];
    const shape = JSON.stringify([
      kind,
      row.step,
      // One that its container found stopped, and one that never had a container, have one cause.
      kind === 'held' || kind === 'cancelled' ? '' : row.exitCode,
      kind === 'held' ? '' : shapeOf(reason, row.name),
      telling.map(line => shapeOf(line, row.name)),
      // What was too little for some is not what was too little for others.
      ...(lane && kind === 'out-of-memory' ? [lane.memoryMiB] : []),
      ...(lane && kind === 'timeout' ? [lane.timeoutSeconds] : []),
    ]);
    const cause = found.get(shape) ?? {
      id: createHash('sha256').update(shape).digest('hex').slice(0, 4),
      kind,
      ...(row.exitCode === undefined ? {} : { exitCode: row.exitCode }),
      reason,
      step: row.step,
      names: [],
      tail,
      ...(tail.length > 0 ? { tailOf: row.name } : {}),
      ...(lane ? { lane } : {}),
    };
    found.set(shape, cause);
    cause.names.push(row.name);
    if (row.peakMemoryBytes)
      cause.peakMemoryBytes = Math.max(cause.peakMemoryBytes ?? 0, row.peakMemoryBytes);
  }
  return [...found.values()].sort(
    (a, b) => Number(a.kind === 'held') - Number(b.kind === 'held') || b.names.length - a.names.length,
  );
}

function kindOf(row: LedgerRow): CauseGroup['kind'] | undefined {
  if (row.state === 'blocked') return 'held';
  if (row.state === 'cancelled') return 'cancelled';
  if (row.state !== 'failed') return undefined;
  return causeOf(row) ?? 'tool';
}
