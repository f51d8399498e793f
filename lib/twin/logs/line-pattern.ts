import { invalid } from './invalid.ts';

/**
 * Whether a line matches a filter pattern: words that must all be in it, or phrases in quotes, and `-` excludes; or, in
 * braces, fields of a line of JSON: `{ $.detail.status = "FAILED" && $.detail.jobId = "1f0c*" && $.detail.attempts[1].startedAt > 0 }`.
 * Source: CloudWatch Logs user guide, FilterAndPatternSyntax. What is not read here is refused.
 */
export function linePattern(pattern: string): (line: string) => boolean {
  if (/^\s*\{/.test(pattern)) return fieldPattern(pattern);
  if (/^\s*[[%]/.test(pattern))
    throw invalid(`the twin takes patterns of plain text and of JSON fields, not ${pattern}`);
  const terms = [...pattern.matchAll(/(-?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)].map(([, not, phrase, word]) => ({
    not: not === '-',
    text: phrase === undefined ? word! : phrase.replace(/\\(.)/g, '$1'),
  }));
  return line => terms.every(({ not, text }) => line.includes(text) !== not);
}

function fieldPattern(pattern: string): (line: string) => boolean {
  const inside = /^\s*\{(.*)\}\s*$/s.exec(pattern)?.[1] ?? '';
  const tests = inside.split('&&').map(part => {
    const found =
      /^[\s(]*\$\.([A-Za-z0-9_.[\]-]+)\s*(=|!=|>)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"()|&]+))[\s)]*$/.exec(part);
    const [, path = '', sign = '', quoted, bare = ''] = found ?? [];
    if (!found || (sign === '>' && !/^\d+$/.test(bare)))
      throw invalid(
        `the twin takes fields that are = or != a text or > a number, with && between, not ${pattern}`,
      );
    const text = wildcard(quoted?.replace(/\\(.)/g, '$1') ?? bare);
    return {
      path: path.split(/\.|(?=\[)/).map(each => each.replace(/[[\]]/g, '')),
      fits: (value: unknown): boolean =>
        sign === '>'
          ? typeof value === 'number' && value > Number(bare)
          : text.test(String(value)) === (sign === '='),
    };
  });
  return line => {
    const value = parsed(line);
    return (
      value !== undefined &&
      tests.every(({ path, fits }) => {
        const found = path.reduce<unknown>(
          (each, name) => (each as Record<string, unknown> | undefined)?.[name],
          value,
        );
        return found !== undefined && fits(found);
      })
    );
  };
}

/** `*` stands for any text. */
const wildcard = (text: string): RegExp =>
  new RegExp(`^${text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's');

/** Lines that are no JSON never match. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
