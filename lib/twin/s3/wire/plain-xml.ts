const token =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<\/([^\s<>]+)\s*>|<([^\s<>/!?]+)((?:\s+[^\s<>=]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+/y;

/**
 * A document that can be searched by patterns: its comments are gone, and its CDATA is text like any other. Undefined when
 * it is not well-formed, as one that was cut short, which must not be heeded by half.
 */
export function plainXml(text: string): string | undefined {
  const open: string[] = [];
  let plain = '';
  let roots = 0;
  const source = text.replace(/^\ufeff/, '');
  for (token.lastIndex = 0; token.lastIndex < source.length; ) {
    const found = token.exec(source);
    if (!found) return undefined;
    const [whole, cdata, end, start, , isEmpty] = found;
    if (end !== undefined) {
      if (open.pop() !== end) return undefined;
      plain += whole;
    } else if (start !== undefined) {
      if (open.length === 0) roots += 1;
      if (!isEmpty) open.push(start);
      plain += whole;
    } else if (cdata !== undefined || !whole.startsWith('<')) {
      if (cdata === undefined && !hasKnownEntities(whole)) return undefined;
      if (open.length === 0 && (cdata ?? whole).trim() !== '') return undefined;
      plain += cdata === undefined ? whole : cdata.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    }
  }
  return open.length === 0 && roots === 1 ? plain : undefined;
}

function hasKnownEntities(text: string): boolean {
  return [...text.matchAll(/&([^;]{0,10};)?/g)].every(([, name = '']) => {
    const number = /^#(?:(\d+)|x([0-9a-f]+));$/i.exec(name);
    if (!number) return /^(?:lt|gt|amp|quot|apos);$/.test(name);
    return Number(number[1] ?? `0x${number[2]}`) <= 0x10ffff;
  });
}
