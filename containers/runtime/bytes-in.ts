import { readFileSync } from 'node:fs';

/** Answers the bytes that have come in since it was last asked. */
export type TakeBytesIn = () => number;

/**
 * Input that was downloaded is counted; what a mount fetches as the tool reads is told by the container's network
 * interfaces, loopback left out, so with all else that came in meanwhile.
 */
export function bytesIn(downloaded: number, isMounted: boolean): TakeBytesIn {
  let left = downloaded;
  let before = isMounted ? received() : 0;
  return () => {
    if (!isMounted) {
      const taken = left;
      left = 0;
      return taken;
    }
    const now = received();
    const taken = now - before + left;
    left = 0;
    before = now;
    return Math.max(0, taken);
  };
}

function received(): number {
  try {
    return receivedIn(readFileSync('/proc/self/net/dev', 'utf8'));
  } catch {
    return 0;
  }
}

/** Bytes received by the interfaces of a /proc/net/dev but loopback: proc(5). */
export const receivedIn = (text: string): number =>
  text
    .split('\n')
    .map(line => /^\s*([^\s:]+):\s*(\d+)/.exec(line))
    .filter(found => found && found[1] !== 'lo')
    .reduce((sum, found) => sum + Number(found![2]), 0);
