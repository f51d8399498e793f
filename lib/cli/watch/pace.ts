/** How fast a run gets on, and when it will be over. */
export interface RunPace {
  /** Items that came to an end a second; 0 while that cannot be told. */
  readonly perSecond: number;
  /** Undefined while that cannot be told. */
  readonly leftSeconds?: number;
}

/** Ends seen after the first look that a rate is believed from. */
const fewest = 2;

/**
 * Measures from the first look at which something had ended: hosts that come, images that are pulled and items that had
 * ended before anybody watched say nothing of how fast the rest will go. `ended` and `left` are items, `seconds` a clock's.
 */
export function paceMeter(): (ended: number, left: number, seconds: number) => RunPace {
  let before: number | undefined;
  let first: { readonly ended: number; readonly seconds: number } | undefined;
  return (ended, left, seconds) => {
    before ??= ended;
    if (!first && ended > before) first = { ended, seconds };
    if (!first || ended - first.ended < fewest || seconds <= first.seconds) return { perSecond: 0 };
    const perSecond = (ended - first.ended) / (seconds - first.seconds);
    return { perSecond, ...(left > 0 ? { leftSeconds: left / perSecond } : {}) };
  };
}
