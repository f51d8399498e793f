/** Choices that a seed decides. */
export interface Random {
  /** Whether something of that probability happens. */
  chance(probability: number): boolean;
  one<T>(of: readonly T[]): T;
}

/** Mulberry32. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    chance: probability => next() < probability,
    one: of => of[Math.floor(next() * of.length)]!,
  };
}
