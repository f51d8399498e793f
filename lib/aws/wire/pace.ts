/** How many requests are under way at once: half as many when S3 says SlowDown, then one more for every round that went well. */
export interface RequestPace {
  run<T>(work: (slow: () => void) => Promise<T>): Promise<T>;
}

export function pace(most: number): RequestPace {
  let limit = most;
  let running = 0;
  let lastSlow = 0;
  const waiting: (() => void)[] = [];
  const next = (): void => {
    while (running < Math.floor(limit) && waiting.length > 0) {
      running++;
      waiting.shift()!();
    }
  };
  const slow = (): void => {
    // Answers to requests that were sent before the last halving tell nothing of it.
    if (Date.now() - lastSlow < 500) return;
    lastSlow = Date.now();
    limit = Math.max(1, limit / 2);
  };
  return {
    async run(work) {
      if (running < Math.floor(limit)) running++;
      else await new Promise<void>(go => waiting.push(go));
      try {
        const result = await work(slow);
        limit = Math.min(most, limit + 1 / limit);
        return result;
      } finally {
        running--;
        next();
      }
    },
  };
}
