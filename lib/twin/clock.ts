/** The time that the twin's Batch goes by. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Acts once, some ms later. Keeps no process alive. Answers how to call it off. */
  after(ms: number, act: () => void): () => void;
}

/** The longest that a timer of Node's takes; more would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** This machine's clock, or another with this machine's pace. */
export const realClock = (now: () => number = () => Date.now()): Clock => ({
  now,
  after(ms, act) {
    const timer = setTimeout(act, Math.min(ms, longestTimerMs)).unref();
    return () => clearTimeout(timer);
  },
});
