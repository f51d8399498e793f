import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes that a folder has on its disk, its holes not counted; what goes meanwhile is not there. */
export async function usedBytes(folder: string): Promise<number> {
  let bytes = 0;
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const entries = await opendir(next).catch(() => undefined);
    if (!entries) continue;
    try {
      for await (const entry of entries) {
        const path = join(next, entry.name);
        if (entry.isDirectory()) folders.push(path);
        // In blocks of 512 bytes, whatever the file system's own are.
        else bytes += ((await lstat(path).catch(() => undefined))?.blocks ?? 0) * 512;
      }
    } catch {
      // The folder went while it was read.
    }
  }
  return bytes;
}

export interface HighWater {
  /** Looks once more; the most that was there at a look, in bytes. */
  stop(): Promise<number>;
}

/** Looks at a folder again and again, and spends a twentieth of its time on it. `saw` is called at each look. */
export function watchUsage(folder: string, saw: (bytes: number) => Promise<void>, everyMs = 5000): HighWater {
  let peak = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let looking: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    const bytes = await usedBytes(folder);
    peak = Math.max(peak, bytes);
    await saw(bytes).catch(() => undefined);
  };
  const plan = (delay: number): void => {
    timer = setTimeout(() => {
      const started = performance.now();
      looking = look().then(() => {
        if (!stopped) plan(Math.max(everyMs, 20 * (performance.now() - started)));
      });
    }, delay).unref();
  };
  plan(everyMs);
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await looking;
      await look();
      return peak;
    },
  };
}
