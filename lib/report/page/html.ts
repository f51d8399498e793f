import { escaped } from '../../contract/workload/html.ts';
import { jsonPieces } from '../../contract/workload/json-pieces.ts';
import { numberText } from '../../contract/workload/number-text.ts';

/** Data in a page: nothing of it ends the script element that it is in. */
export function* asData(value: unknown): Generator<string> {
  for (const piece of jsonPieces(value)) yield piece.replaceAll('<', '\\u003c');
}

/** Columns that end in `#` are numbers. */
export function tableOf(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const className = (column: number): string => (header[column]!.endsWith('#') ? ' class="n"' : '');
  const head = header.map(
    (name, column) => `<th${className(column)}>${escaped(name.replace(/#$/, ''))}</th>`,
  );
  const body = rows.map(
    row => `<tr>${row.map((cell, column) => `<td${className(column)}>${escaped(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="wide"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

/**
 * One file that loads nothing: what it shows can be sent, kept and opened anywhere. In pieces that are made when they are asked for, to
 * be written one after the other: a page of a large run is never held.
 */
export function* pageOf(
  title: string,
  style: string,
  body: readonly string[],
  scripts: readonly Iterable<string>[] = [],
): Generator<string> {
  yield `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<title>${escaped(title)}</title><style>${style}</style></head>
<body>
`;
  for (const part of body) yield `${part}\n`;
  for (const script of scripts) {
    yield* script;
    yield '\n';
  }
  yield '</body></html>\n';
}

export const dollars = (value: number): string => `$${numberText(value, { least: 2, most: 2 })}`;

export const quantity = (value: number): string =>
  numberText(value, { most: value < 10 ? 2 : value < 100 ? 1 : 0 });

export function spanOf(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${quantity(seconds / 60)} min` : `${quantity(seconds / 3600)} h`;
}
