import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Ends when all output is read, or when none has come for two seconds: a grandchild that keeps the pipe open must not keep
 * the job, and a machine that is busy must not lose its lines. While `isHeld`, it is us who read no further.
 */
export async function drained(
  reading: Promise<unknown>,
  streams: readonly Readable[],
  isHeld: () => boolean = () => false,
): Promise<void> {
  const received = (): number =>
    streams.reduce((sum, stream) => sum + ((stream as { bytesRead?: number }).bytesRead ?? 0), 0);
  let done = false;
  void reading.finally(() => {
    done = true;
  });
  for (let before = -1; !done && (isHeld() || received() !== before); ) {
    before = received();
    await Promise.race([reading, sleep(2000, undefined, { ref: false })]);
    // What has arrived meanwhile is read before the clock is believed.
    await new Promise(setImmediate);
  }
}
