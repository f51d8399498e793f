import type { Clock } from './clock.ts';

/** A clock that jumps from one thing that is due to the next, and stands still while somebody works in real time. */
export interface SimulatedClock extends Clock {
  /** Time stands still until what is answered has been called. */
  hold(): () => void;
  /** Whether nothing is due and nobody works: nothing will happen any more by itself. */
  isIdle(): boolean;
}

interface Due {
  readonly at: number;
  /** Of two that are due at once, the first that was asked for comes first. */
  readonly order: number;
  act?: () => void;
}

/**
 * A clock for rehearsals: hours take as long as the work in them does, and the same work at the same times gives the same
 * times. `speed` is how many simulated seconds a real second has at most; without it there is no limit.
 */
export function simulatedClock(options: {
  readonly startAt: number;
  readonly speed?: number;
}): SimulatedClock {
  const { startAt, speed = Number.POSITIVE_INFINITY } = options;
  const due: Due[] = [];
  let now = startAt;
  let asked = 0;
  let holds = 0;
  let isStepping = false;
  /** Real and simulated time at the last moment at which the clock began to go. */
  let began: { readonly real: number; readonly simulated: number } | undefined;

  const wake = (): void => {
    if (isStepping || holds > 0) return;
    isStepping = true;
    // What was set off meanwhile comes first, in two turns of the loop: whoever starts to work holds the clock.
    setImmediate(() => setImmediate(step));
  };

  const step = (): void => {
    isStepping = false;
    if (holds > 0) return;
    while (due[0] && due[0].act === undefined) take(due);
    const next = due[0];
    if (!next) {
      began = undefined;
      return;
    }
    began ??= { real: performance.now(), simulated: now };
    const early = (next.at - began.simulated) / speed - (performance.now() - began.real);
    if (early > 1) {
      isStepping = true;
      setTimeout(step, Math.min(early, 1000)).unref();
      return;
    }
    take(due);
    now = Math.max(now, next.at);
    next.act?.();
    wake();
  };

  return {
    now: () => now,
    after(ms, act) {
      const entry: Due = { at: now + Math.max(0, ms), order: asked++, act };
      put(due, entry);
      wake();
      return () => {
        delete entry.act;
      };
    },
    isIdle: () => holds === 0 && !isStepping && due.every(each => each.act === undefined),
    hold() {
      holds++;
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        holds--;
        wake();
      };
    },
  };
}

const isBefore = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** A binary heap, the next that is due at its top. */
function put(heap: Due[], entry: Due): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(entry, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = entry;
}

function take(heap: Due[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
}
