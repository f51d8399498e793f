import { setTimeout as pause } from 'node:timers/promises';
import { mapLimit } from '../../lib/contract/run/map-limit.ts';
import type { Checkpoint } from '../../lib/contract/workload/task.ts';
import type { Sample } from './local-files.ts';
import { type Tool, ToolError } from './tool.ts';
import { newBatch, parseTouch, type Touch, touchText } from './touch.ts';

export interface HostClock {
  /** Milliseconds since 1970, by this host. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

const untouched: Touch = { at: 0, how: 'there', stores: 0, batch: '-' };

/** What a host's clock may differ from S3's; one that differs more does no work (clock-check.ts). */
export const toleratedMs = 3000;
/** Two hosts that are tolerated differ by no more. */
const settleMs = 2 * toleratedMs;
/** A delete that is not seen by then has not been done. */
const patienceMs = 120_000;

/**
 * Keeps attempts on hosts with different clocks apart. All that the tool writes has the time of the host that wrote it: a
 * host that is behind does not see yet what is there, and a delete from ahead hides later what it stores.
 */
export class Touches {
  private readonly of: (sample: string) => Checkpoint;
  private readonly clock: HostClock;
  private readonly settleMs: number;
  private readonly known = new Map<string, Touch>();

  constructor(of: (sample: string) => Checkpoint, clock: HostClock, apartMs = settleMs) {
    this.of = of;
    this.clock = clock;
    this.settleMs = apartMs;
  }

  /** Waits until this host sees all that earlier attempts wrote; before that no count can be believed. */
  async waitForEarlier(samples: readonly Sample[], signal: AbortSignal): Promise<void> {
    const texts = await mapLimit(samples, 16, ({ name }) => this.of(name).read());
    const times: number[] = [];
    for (const [k, text] of texts.entries()) {
      if (text === undefined) continue;
      const touch = parseTouch(text);
      this.known.set(samples[k]!.name, touch);
      if (touch.how !== 'there') times.push(touch.at);
    }
    if (times.length === 0) return;
    const until = Math.max(this.clock.now(), ...times) + this.settleMs;
    while (this.clock.now() < until && !signal.aborted)
      await this.clock.sleep(Math.min(1000, until - this.clock.now()));
  }

  /** Says to later attempts that this one is about to store these samples by one call. */
  async remember(samples: readonly Sample[]): Promise<void> {
    const batch = newBatch();
    await this.write(samples, ({ stores, how }) => ({
      how: how === 'repaired' ? how : 'stored',
      stores: stores + 1,
      batch,
    }));
  }

  /** Says to later attempts and steps that the dataset has as many records of these samples as their indexes count. */
  async prove(samples: readonly Sample[]): Promise<void> {
    await this.write(samples, ({ how, at }, { records }) => ({ how, at, proved: records }));
  }

  private async write(
    samples: readonly Sample[],
    change: (before: Touch, sample: Sample) => Partial<Touch>,
  ): Promise<void> {
    const at = this.clock.now();
    await mapLimit(samples, 16, sample => {
      const { proved: _no, ...before } = this.known.get(sample.name) ?? untouched;
      const touch = { ...before, at, ...change(before, sample) };
      this.known.set(sample.name, touch);
      return this.of(sample.name).write(touchText(touch));
    });
  }

  /** Samples that an earlier attempt began to store together, and that no other attempt has written about. */
  earlierBatches(samples: readonly Sample[]): readonly (readonly Sample[])[] {
    const touchOf = ({ name }: Sample): Touch => this.known.get(name) ?? untouched;
    const once = samples.filter(sample => touchOf(sample).how === 'stored' && touchOf(sample).stores === 1);
    return [...Map.groupBy(once, sample => touchOf(sample).batch).values()];
  }

  /** What this run has done about a sample, in this attempt or an earlier one. */
  how(name: string): Touch['how'] {
    return (this.known.get(name) ?? untouched).how;
  }

  /** Deletes samples that are listed, one name a call, and comes back when none of them is listed any more. */
  async forget(tool: Tool, samples: readonly Sample[], signal: AbortSignal): Promise<void> {
    if (samples.length === 0) return;
    await this.write(samples, () => ({ how: 'repaired' }));
    const until = this.clock.now() + patienceMs;
    let left = samples;
    let todo = samples;
    while (left.length > 0) {
      const said = new Map<string, string>();
      for (const { name } of todo) {
        signal.throwIfAborted();
        // Whether it is gone, the list tells.
        await tool.delete(name).catch((error: unknown) => {
          if (!(error instanceof ToolError)) throw error;
          said.set(name, error.message);
        });
      }
      const listed = new Set(await tool.list());
      left = left.filter(({ name }) => listed.has(name));
      if (left.length > 0 && this.clock.now() > until)
        throw new Error(
          left.map(({ name }) => said.get(name) ?? `${name} is listed after its tiledbvcf delete`).join('; '),
        );
      todo = left.filter(({ name }) => said.has(name));
      if (left.length > 0) await this.clock.sleep(500);
    }
    // What is stored next has to be later than the delete, to the clock's last digit.
    await this.clock.sleep(500);
  }
}

export const realClock = (signal: AbortSignal): HostClock => ({
  now: () => Date.now(),
  // An interruption is seen by who asked.
  sleep: ms => pause(ms, undefined, { signal }).catch(() => undefined),
});

/** Records of each sample that is listed; undefined of one that is not. Only listed names are asked for: the tool checks none. */
export async function countAll(
  tool: Tool,
  samples: readonly Sample[],
  signal: AbortSignal,
  atOnce: number,
): Promise<ReadonlyMap<Sample, number | undefined>> {
  if (samples.length === 0) return new Map();
  const listed = new Set(await tool.list());
  const counts = await mapLimit(samples, atOnce, async sample => {
    signal.throwIfAborted();
    return [sample, listed.has(sample.name) ? await tool.count(sample.name) : undefined] as const;
  });
  return new Map(counts);
}
