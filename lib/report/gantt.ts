import type { AttemptRecord } from '../contract/run/records.ts';

/** Attempts on their hosts over time, a column each; times in seconds since the first began. */
export interface GanttColumns {
  /** ISO 8601. */
  readonly from?: string;
  readonly hosts: readonly string[];
  /** Place in `hosts`. */
  readonly host: readonly number[];
  /** Of the attempts of one host that run at once, which: from 0. */
  readonly lane: readonly number[];
  readonly start: readonly number[];
  readonly end: readonly number[];
  /** 0: well. */
  readonly exit: readonly number[];
  readonly shard: readonly number[];
  readonly step: readonly number[];
  readonly steps: readonly string[];
  /** GiB on scratch at most; null where it was not measured. */
  readonly scratch: readonly (number | null)[];
}

interface Bar {
  readonly host: string;
  readonly from: number;
  readonly to: number;
  readonly exit: number;
  readonly shard: number;
  readonly step: string;
  readonly scratch: number | null;
}

/** Of attempts that were killed before they told: none of its own. */
export const unknownHost = 'unknown';

export function ganttColumns(): { add(record: AttemptRecord): void; columns(): GanttColumns } {
  const bars: Bar[] = [];
  return {
    add: ({ host, startedAt, endedAt, exitCode, shard, step, scratchPeakBytes }) =>
      bars.push({
        host: `${host?.instanceId ?? host?.hostname ?? unknownHost}${host?.instanceType ? ` ${host.instanceType}` : ''}`,
        from: Date.parse(startedAt),
        to: Date.parse(endedAt),
        exit: exitCode,
        shard,
        step,
        scratch: scratchPeakBytes ? Math.round((scratchPeakBytes / 2 ** 30) * 100) / 100 : null,
      }),
    columns() {
      // Records come as they are read, many at once: those that began together stand in one order, so that a run has one page.
      bars.sort((a, b) => a.from - b.from || a.shard - b.shard || a.to - b.to || (a.step < b.step ? -1 : 1));
      const zero = bars[0]?.from ?? 0;
      const hosts = [...new Set(bars.map(bar => bar.host))];
      const steps = [...new Set(bars.map(bar => bar.step))];
      const place = new Map(hosts.map((host, index) => [host, index]));
      const seconds = (at: number): number => Math.round((at - zero) / 100) / 10;
      return {
        ...(bars.length > 0 ? { from: new Date(zero).toISOString() } : {}),
        hosts,
        host: bars.map(bar => place.get(bar.host)!),
        lane: lanesOf(bars),
        start: bars.map(bar => seconds(bar.from)),
        end: bars.map(bar => seconds(bar.to)),
        exit: bars.map(bar => bar.exit),
        shard: bars.map(bar => bar.shard),
        step: bars.map(bar => steps.indexOf(bar.step)),
        steps,
        scratch: bars.map(bar => bar.scratch),
      };
    },
  };
}

/** The lowest lane of its host that is free when each begins. */
function lanesOf(bars: readonly Bar[]): readonly number[] {
  const busyUntil = new Map<string, number[]>();
  return bars.map(({ host, from, to }) => {
    const lanes = busyUntil.get(host) ?? [];
    busyUntil.set(host, lanes);
    const free = lanes.findIndex(until => until <= from);
    const lane = free < 0 ? lanes.length : free;
    lanes[lane] = to;
    return lane;
  });
}
