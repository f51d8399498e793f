import { escapeXml } from '../../http/xml.ts';

export type XmlTreeValue = string | number | boolean | undefined | XmlTree | readonly XmlTreeValue[];
export interface XmlTree {
  readonly [name: string]: XmlTreeValue;
}

/**
 * A document as S3 writes it. Undefined elements are left out; an array repeats its element. `more` goes behind, for
 * elements of several names in one order.
 */
export function xmlDocument(root: string, tree: XmlTree, more: readonly XmlTree[] = []): string {
  const inner = [tree, ...more].map(elements).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${root}>`;
}

function elements(tree: XmlTree): string {
  return Object.entries(tree)
    .flatMap(([name, value]) =>
      Array.isArray(value) ? value.map(each => element(name, each as XmlTreeValue)) : [element(name, value)],
    )
    .join('');
}

function element(name: string, value: XmlTreeValue): string {
  if (value === undefined) return '';
  return `<${name}>${typeof value === 'object' ? elements(value as XmlTree) : escapeXml(String(value))}</${name}>`;
}

/** The texts of every `<name>` inside `xml`, entities resolved. Enough for the small documents that S3 takes. */
export function textsOf(xml: string, name: string): string[] {
  return blocksOf(xml, name).map(unescapeXml);
}

/** The inner XML of every `<name>`. */
export function blocksOf(xml: string, name: string): string[] {
  return [
    ...xml.matchAll(
      new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?(?<!/)>([\\s\\S]*?)</(?:\\w+:)?${name}>`, 'g'),
    ),
  ].map(found => found[1]!);
}

function unescapeXml(text: string): string {
  const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex: string, decimal: string, name: string) =>
      hex
        ? String.fromCodePoint(Number.parseInt(hex, 16))
        : decimal
          ? String.fromCodePoint(Number(decimal))
          : (named[name] ?? whole),
  );
}
