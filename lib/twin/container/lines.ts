import type { Readable } from 'node:stream';

/** The longest event that CloudWatch Logs takes, less its own share; what is longer becomes several. In UTF-16 units. */
const longest = 250_000;

/** Gives a stream's lines to `take`; holds no more than one line. Never rejects: what cannot be read is the end. */
export async function forwardLines(stream: Readable, take: (line: string) => void): Promise<void> {
  let rest = '';
  try {
    for await (const piece of stream.setEncoding('utf8')) {
      const lines = (rest + (piece as string)).split('\n');
      rest = lines.pop()!;
      for (const line of lines) takeLine(line, take);
      for (; rest.length > longest; rest = rest.slice(longest)) take(rest.slice(0, longest));
    }
  } catch {
    // The container has ended with its pipe open.
  }
  if (rest !== '') takeLine(rest, take);
}

function takeLine(text: string, take: (line: string) => void): void {
  const line = text.endsWith('\r') ? text.slice(0, -1) : text;
  for (let start = 0; start === 0 || start < line.length; start += longest)
    take(line.slice(start, start + longest));
}
