const named: Readonly<Record<string, string>> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };

/** Text of an element as it was meant: S3 writes line ends and quotes as numbers. */
export const fromXml = (text: string): string =>
  text.includes('&')
    ? text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|([a-z]+));/g, (whole, hex, decimal, name) =>
        hex || decimal
          ? String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal))
          : (named[name] ?? whole),
      )
    : text;

/** What a parser would normalise away is written as a number. */
export const toXml = (text: string): string => text.replace(/[&<>"'\r\n\t]/g, c => `&#${c.charCodeAt(0)};`);

/** XML 1.0 cannot hold these at all, not even as numbers. */
export const isInXml = (text: string): boolean => !/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(text);

/** The text of the first element of that name from `from` on, before `end`; undefined where there is none. */
export function textBetween(xml: string, name: string, from: number, end: number): string | undefined {
  const open = `<${name}>`;
  const start = xml.indexOf(open, from);
  if (start < 0 || start >= end) return undefined;
  return xml.slice(start + open.length, xml.indexOf('<', start + open.length));
}

/** Every `<name>…</name>` from first to last, as positions. Elements of that name do not nest. */
export function* elements(xml: string, name: string): Iterable<readonly [number, number]> {
  const close = `</${name}>`;
  for (let at = 0; ; ) {
    const start = xml.indexOf(`<${name}>`, at);
    if (start < 0) return;
    const end = xml.indexOf(close, start);
    if (end < 0) throw new Error(`the answer breaks off in ${name}`);
    yield [start, end];
    at = end + close.length;
  }
}
