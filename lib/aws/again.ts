import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Sends and reads; where the body breaks off or differs from its checksum, both again, up to five times. The SDK's own
 * retries end where the headers are there. What the service refuses is thrown at once.
 */
export async function sendAndRead<A, T>(send: () => Promise<A>, read: (answer: A) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    const answer = await send();
    try {
      return await read(answer);
    } catch (error) {
      if (tries === 5) throw error;
    }
    await sleep(50 * 2 ** tries);
  }
}

/** Calls again what was turned away by `isRefused`, eight times at most, later each time. */
export async function untilTaken<T>(
  call: () => Promise<T>,
  isRefused: (error: unknown) => boolean,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (tries === 8 || !isRefused(error)) throw error;
    }
    await sleep(100 * 2 ** tries * (0.5 + Math.random() / 2));
  }
}
