/** Whether a text is what a pattern says: `*` for any run of characters, `?` for one. */
export function matchesWildcards(pattern: string, text: string): boolean {
  let [p, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Actions know no case. */
export const matchesAction = (pattern: string, action: string): boolean =>
  matchesWildcards(pattern.toLowerCase(), action.toLowerCase());

/**
 * Whether an ARN is what a pattern says. The first five parts are matched each by its own, so that no `*` reaches over a
 * colon into the next one; the last part is the rest, colons and all.
 */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const [patterns, parts] = [partsOf(pattern), partsOf(arn)];
  if (patterns.length !== 6 || parts.length !== 6) return false;
  return patterns.every((each, index) => matchesWildcards(each, parts[index]!));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
