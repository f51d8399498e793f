const most = 20;
const longest = 500;

/** Keeps the last lines of what an item's tools print: a failure is told by them when its log is long gone. */
export function logTail(): { add(line: string): void; lines(): readonly string[] } {
  const kept: string[] = [];
  return {
    add: line => {
      if (line.trim() === '') return;
      kept.push(line.slice(0, longest));
      // Cut seldom: a tool may print millions of lines.
      if (kept.length > 4 * most) kept.splice(0, kept.length - most);
    },
    lines: () => kept.slice(-most),
  };
}
