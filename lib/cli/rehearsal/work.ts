import type { ToolCall } from '../../contract/ports/stand-in.ts';
import type { StandInWork } from '../../twin/container/stand-in-containers.ts';
import { chance } from '../../twin/faults/chance.ts';
import type { RehearsalOptions, Span } from './options.ts';

/**
 * What a stand-in does for an item. How long it takes and how much memory it wants is the item's own, whatever the
 * attempt; whether it fails is drawn anew in each round, so that a retry is worth something. The same seed draws the same.
 */
export const seededWork =
  ({ seed, duration, peakMemoryMiB, failureRate }: RehearsalOptions) =>
  ({ step, round, item }: ToolCall): StandInWork => ({
    seconds: between(duration, chance(seed, 'duration', step, item)),
    peakMemoryMiB: between(peakMemoryMiB, chance(seed, 'memory', step, item)),
    ...(chance(seed, 'failure', step, round, item) < failureRate
      ? { exitCode: 1, reason: 'the stand-in failed, as --failure-rate says' }
      : { exitCode: 0 }),
  });

/** To the whole second, or MiB. */
const between = ([from, to]: Span, share: number): number => Math.round(from + share * (to - from));
