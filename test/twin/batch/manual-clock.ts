import type { Clock } from '../../../lib/twin/clock.ts';

/** A clock that stands still until it is told to go on: what a test sees does not depend on how busy the machine is. */
export function manualClock(startAt = 1_800_000_000_000): Clock & { advance(ms: number): void } {
  let now = startAt;
  let due: { readonly at: number; readonly act: () => void }[] = [];
  return {
    now: () => now,
    after(ms, act) {
      const entry = { at: now + ms, act };
      due.push(entry);
      return () => {
        due = due.filter(each => each !== entry);
      };
    },
    advance(ms) {
      now += ms;
      const ready = due.filter(each => each.at <= now);
      due = due.filter(each => each.at > now);
      for (const { act } of ready) act();
    },
  };
}
