import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFull, roomMs } from '../disk-room.ts';

/** The longest event that CloudWatch Logs takes, less its own share; what is longer becomes several. In UTF-16 units. */
const longest = 250_000;

/** Whoever waits for room on the disk: what is said of its container's silence. */
export interface Held {
  count: number;
}

/**
 * Gives a stream's lines to `take`, all that one piece of it holds at once; holds no more than one line itself. Where the
 * disk is full the container waits, as for any reader, until there is room. Never rejects: what cannot be read is the end.
 */
export async function forwardLines(
  stream: Readable,
  takeNow: (lines: readonly string[]) => void,
  held: Held = { count: 0 },
): Promise<void> {
  const take = async (lines: readonly string[]): Promise<void> => {
    for (;;) {
      try {
        return takeNow(lines);
      } catch (error) {
        if (!isFull(error)) throw error;
      }
      held.count++;
      await sleep(roomMs);
      held.count--;
    }
  };
  let rest = '';
  try {
    for await (const piece of stream.setEncoding('utf8')) {
      const lines = (rest + (piece as string)).split('\n');
      rest = lines.pop()!;
      const whole = lines.flatMap(events);
      for (; rest.length > longest; rest = rest.slice(longest)) whole.push(rest.slice(0, longest));
      if (whole.length > 0) await take(whole);
    }
  } catch {
    // The container has ended with its pipe open.
  }
  if (rest !== '') await take([events(rest)].flat());
}

function events(text: string): string | string[] {
  const line = text.endsWith('\r') ? text.slice(0, -1) : text;
  if (line.length <= longest) return line;
  const pieces: string[] = [];
  for (let start = 0; start < line.length; start += longest) pieces.push(line.slice(start, start + longest));
  return pieces;
}
