/** What an element holds: text, or elements by name (an array repeats its element); undefined leaves it out. */
export type XmlValue = string | number | boolean | Date | undefined | XmlFields | readonly XmlValue[];
export interface XmlFields {
  readonly [name: string]: XmlValue;
}

/** A whole document. */
export function xmlDocument(root: string, fields: XmlFields, namespace?: string): string {
  const attribute = namespace ? ` xmlns="${namespace}"` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${inner(fields)}</${root}>`;
}

/** Escapes text for XML; control characters go as character references, as S3 sends them. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"\x00-\x1f\x7f\ufffe\uffff]/g, char => {
    const name = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[char];
    return name ? `&${name};` : `&#x${char.charCodeAt(0).toString(16)};`;
  });
}

function inner(fields: XmlFields): string {
  return Object.entries(fields)
    .map(([name, value]) => element(name, value))
    .join('');
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((one: XmlValue) => element(name, one)).join('');
  if (value instanceof Date) return `<${name}>${value.toISOString()}</${name}>`;
  if (typeof value === 'object') return `<${name}>${inner(value as XmlFields)}</${name}>`;
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}
