import { setTimeout as pause } from 'node:timers/promises';
import { eachLimited } from '../../jobs/vcf/each-limited.ts';
import type { Sample } from './local-files.ts';
import { type Tool, ToolError } from './tool.ts';

/** What outlives attempts, by sample: when one last wrote about it. The contract's checkpoints. */
export interface Checkpoint {
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

export interface Clock {
  /** Milliseconds since 1970, by this host. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

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
  private readonly clock: Clock;
  private readonly settleMs: number;
  private readonly states = new Map<string, 'stored' | 'repaired'>();

  constructor(of: (sample: string) => Checkpoint, clock: Clock, apartMs = settleMs) {
    this.of = of;
    this.clock = clock;
    this.settleMs = apartMs;
  }

  /** Waits until this host sees all that earlier attempts wrote; before that no count can be believed. */
  async waitForEarlier(samples: readonly Sample[], signal: AbortSignal): Promise<void> {
    const texts = await eachLimited(samples, 16, ({ name }) => this.of(name).read());
    const times: number[] = [];
    for (const [k, text] of texts.entries()) {
      const [at, how] = text?.split(' ') ?? [];
      if (at === undefined) continue;
      times.push(Number(at));
      this.states.set(samples[k]!.name, how === 'repaired' ? how : 'stored');
    }
    if (times.length === 0) return;
    const until = Math.max(this.clock.now(), ...times) + this.settleMs;
    while (this.clock.now() < until && !signal.aborted)
      await this.clock.sleep(Math.min(1000, until - this.clock.now()));
  }

  /** Says to later attempts that this one is about to write about these samples. */
  async remember(samples: readonly Sample[]): Promise<void> {
    await eachLimited(samples, 16, ({ name }) => {
      const how = this.states.get(name) ?? 'stored';
      this.states.set(name, how);
      return this.of(name).write(`${this.clock.now()} ${how}`);
    });
  }

  /** What this run has done about a sample, in this attempt or an earlier one; undefined where it has not touched it. */
  how(name: string): 'stored' | 'repaired' | undefined {
    return this.states.get(name);
  }

  /** Deletes samples that are listed, one name a call, and comes back when none of them is listed any more. */
  async forget(tool: Tool, samples: readonly Sample[], signal: AbortSignal): Promise<void> {
    if (samples.length === 0) return;
    for (const { name } of samples) this.states.set(name, 'repaired');
    await this.remember(samples);
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

export const realClock = (signal: AbortSignal): Clock => ({
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
  const counts = await eachLimited(samples, atOnce, async sample => {
    signal.throwIfAborted();
    return [sample, listed.has(sample.name) ? await tool.count(sample.name) : undefined] as const;
  });
  return new Map(counts);
}
