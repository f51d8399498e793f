import type { RequestContext } from './types.ts';

/** Stand for the characters themselves where a pattern would read them as wildcards. */
const literal: Readonly<Record<string, string>> = { '*': '\ue000', '?': '\ue001', $: '$' };

/**
 * A policy's text with its variables filled in: `${aws:username}`, `${key, 'otherwise'}`, and `${*}`, `${?}`, `${$}` for the
 * characters. undefined where a key that it names has no value, or several: what holds such a text matches nothing.
 */
export function filled(text: string, context: RequestContext): string | undefined {
  if (!text.includes('${')) return text;
  let isThere = true;
  const result = text.replace(/\$\{([^}]*)\}/g, (_, inside: string) => {
    const special = literal[inside];
    if (special !== undefined) return special;
    const [, key = inside, otherwise] = /^([^,]+?)\s*,\s*'([^']*)'$/.exec(inside) ?? [];
    const value = context[key.trim().toLowerCase()];
    const one = typeof value === 'string' ? value : (otherwise ?? undefined);
    if (one === undefined) isThere = false;
    // What a variable brings is a text, never a pattern.
    return (one ?? '').replaceAll('*', literal['*']!).replaceAll('?', literal['?']!);
  });
  return isThere ? result : undefined;
}

/** A request's text, in which `*` and `?` are those of `filled`. */
export const asLiteral = (text: string): string =>
  text.replaceAll('*', literal['*']!).replaceAll('?', literal['?']!);
