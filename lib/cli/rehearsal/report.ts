import type { Market } from '../../contract/workload/workload.ts';
import { type FailureGroup, failureGroups } from '../../ledger/failure-groups.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { HostUse } from '../../twin/twin.ts';

/** What a rehearsal has shown. Hours are hours of the simulated time. */
export interface RehearsalReport {
  readonly workload: string;
  readonly run: string;
  readonly items: number;
  readonly counts: Ledger['counts'];
  /** Items that were done after each round. */
  readonly doneByRound: readonly number[];
  /** From the submission to the end of the last attempt. */
  readonly simulatedSeconds: number;
  readonly realSeconds: number;
  /** false: with the real tool, in real time and with this machine's cores. */
  readonly isSimulated: boolean;
  readonly attempts: number;
  /** What the attempts asked for, from their start to their end. */
  readonly vcpuHours: number;
  readonly hosts: readonly HostsOfType[];
  /** USD, where a price is known of every type. */
  readonly cost?: number;
  readonly failures: readonly FailureGroup[];
  /** Why what still waits does not go on. */
  readonly stuck: readonly FailureGroup[];
  /** Of this process, in MiB. */
  readonly peakMemoryMiB: number;
}

export interface HostsOfType {
  readonly type: string;
  readonly market: 'on-demand' | 'spot';
  readonly environment: string;
  readonly launched: number;
  /** At once. */
  readonly peak: number;
  /** From each launch until the host is let go, some time after its last attempt. */
  readonly instanceHours: number;
}

export interface Rehearsed {
  readonly workload: string;
  readonly run: string;
  readonly ledger: Ledger;
  readonly doneByRound: readonly number[];
  /** Milliseconds since 1970, of the simulated clock. */
  readonly submittedAt: number;
  readonly endedAt: number;
  readonly realSeconds: number;
  readonly isSimulated: boolean;
  readonly hosts: readonly HostUse[];
  /** USD an hour; undefined where it is not known. */
  readonly priceOf: (type: string, market: Market) => number | undefined;
  readonly peakMemoryMiB: number;
}

const hourMs = 3_600_000;

export function rehearsalReport(rehearsed: Rehearsed): RehearsalReport {
  const { workload, run, ledger, doneByRound, hosts, priceOf, submittedAt } = rehearsed;
  const { realSeconds, isSimulated } = rehearsed;
  // One by one: a call takes no million arguments.
  const endedAt =
    hosts.length > 0 ? hosts.reduce((last, each) => Math.max(last, each.usedUntil), 0) : rehearsed.endedAt;
  const byType = hostsByType(hosts);
  const waiting = [...ledger.rows.in('waiting')].filter(row => row.reason);
  const costs = byType.map(each => {
    const price = priceOf(each.type, each.market);
    return price === undefined ? undefined : each.instanceHours * price;
  });
  return {
    workload,
    run,
    items: ledger.rows.length,
    counts: ledger.counts,
    doneByRound,
    simulatedSeconds: Math.round((endedAt - submittedAt) / 1000),
    realSeconds,
    isSimulated,
    attempts: sum(hosts.map(each => each.attempts)),
    vcpuHours: sum(hosts.map(each => each.vcpuMs)) / hourMs,
    hosts: byType,
    ...(costs.length > 0 && !costs.includes(undefined) ? { cost: sum(costs as number[]) } : {}),
    failures: failureGroups(ledger.rows.in('failed')),
    stuck: failureGroups(waiting.map(row => ({ ...row, state: 'failed' }))),
    peakMemoryMiB: rehearsed.peakMemoryMiB,
  };
}

function hostsByType(hosts: readonly HostUse[]): readonly HostsOfType[] {
  const groups = Map.groupBy(hosts, each => `${each.environment} ${each.type}`);
  return [...groups.values()].map(group => ({
    type: group[0]!.type,
    market: group[0]!.isSpot ? 'spot' : 'on-demand',
    environment: group[0]!.environment,
    launched: group.length,
    peak: mostAtOnce(group),
    instanceHours: sum(group.map(each => each.to - each.from)) / hourMs,
  }));
}

/** A host that goes as another comes is not there beside it. */
function mostAtOnce(hosts: readonly HostUse[]): number {
  const changes = hosts.flatMap(({ from, to }) => [
    { at: from, by: 1 },
    { at: Math.max(to, from + 1), by: -1 },
  ]);
  changes.sort((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  let most = 0;
  for (const { by } of changes) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
