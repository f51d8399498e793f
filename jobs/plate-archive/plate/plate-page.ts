import { counted } from '../../../lib/contract/verb/texts.ts';
import { escaped as safe } from '../../../lib/contract/workload/html.ts';
import type { InventoryHead } from '../format/inventory.ts';
import type { Seal } from '../format/seal.ts';
import { type PlateMap, rowName, type WellState } from './plate-map.ts';

const fills: Readonly<Record<WellState, string>> = {
  present: '#2e7d32',
  part: '#f9a825',
  missing: '#cfd8dc',
  restored: '#0288d1',
  none: 'none',
};
const words: Readonly<Record<WellState, string>> = {
  present: 'all of its objects are archived, and were at the source when this was written',
  part: 'some of its objects were at the source',
  missing: 'none of its objects were at the source: the archive has them',
  restored: 'given back',
  none: 'the archive has no objects of it',
};

/** The archive's own page: one file without scripts, that any browser shows from a disk. */
export function platePage(head: InventoryHead, seal: Seal, map: PlateMap, written: string): string {
  const rows: readonly (readonly [string, string])[] = [
    ['Project, batch', `${head.project}, ${head.batch}`],
    ['Plate', head.plateFull],
    ['Source', `s3://${head.bucket}/`],
    ['Inventory of', head.frozenAt],
    ['Objects', head.objects.toLocaleString('en-US')],
    ['Bytes', head.bytes.toLocaleString('en-US')],
    ['Tars', `${seal.tars.length}, and one with index and manifest`],
    ['Storage class', seal.storageClass],
    ['Inventory SHA-256', seal.inventory],
    ...Object.entries(head.labels).map(([name, value]) => [name, value] as const),
  ];
  const folders = head.folders.map(
    ({ name, prefix, objects, bytes }) =>
      `<tr><td class="name">${safe(name)}</td><td class="prefix">${safe(prefix)}</td><td class="n">${objects.toLocaleString('en-US')}</td><td class="n">${bytes.toLocaleString('en-US')}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${safe(head.plate)}</title>
<style>
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
table{border-collapse:collapse;margin:1rem 0}td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}
th,.n,.name{overflow-wrap:normal}.n{text-align:right}.prefix{min-width:10rem}.wide{overflow-x:auto}
svg text{fill:currentColor}.map{max-width:100%;height:auto}
h2{break-after:avoid}tr,svg,.key{break-inside:avoid}
</style>
<h1>Plate ${safe(head.plate)}</h1>
<table>${rows.map(([name, value]) => `<tr><th>${safe(name)}</th><td>${safe(value)}</td></tr>`).join('')}</table>
<h2>Wells</h2>
${map.rows > 0 ? `${mapSvg(map)}<table class="key">${legend()}</table>` : '<p>No file name tells a well.</p>'}
<p>As of ${safe(written)}.${map.others > 0 ? ` ${counted(map.others, { one: 'object is', many: 'objects are' })} of no well.` : ''}</p>
<h2>Folders</h2>
<div class="wide"><table><thead><tr><th>folder</th><th>prefix</th><th class="n">objects</th><th class="n">bytes</th></tr></thead>${folders.join('')}</table></div>
</html>
`;
}

const step = 22;

/** A well; what its colour says its mark says, too. */
function wellSvg(x: number, y: number, state: WellState, title: string): string {
  const mark: Partial<Record<WellState, string>> = {
    part: `<path d="M${x} ${y - 8}a8 8 0 0 1 0 16z" fill="#fff"/>`,
    restored: `<path d="M${x} ${y - 4}l4 4-4 4-4-4z" fill="#fff"/>`,
  };
  return `<g>${title}<circle cx="${x}" cy="${y}" r="8" fill="${fills[state]}" stroke="#90a4ae"/>${mark[state] ?? ''}</g>`;
}

const legend = (): string =>
  (['present', 'part', 'missing', 'restored', 'none'] as const)
    .map(
      state =>
        `<tr><td><svg width="20" height="20" role="img" aria-label="${state}">${wellSvg(10, 10, state, '')}</svg></td><td>${state}: ${words[state]}</td></tr>`,
    )
    .join('');

function mapSvg({ rows, columns, wells }: PlateMap): string {
  const label = (x: number, y: number, text: string): string =>
    `<text x="${x}" y="${y}" font-size="10" text-anchor="middle" dominant-baseline="central">${text}</text>`;
  const parts: string[] = [];
  for (let column = 0; column < columns; column++)
    parts.push(label(step * (column + 1.5), step / 2, String(column + 1)));
  wells.forEach((line, row) => {
    parts.push(label(step / 2, step * (row + 1.5), rowName(row)));
    line.forEach((state, column) => {
      const title = `<title>${rowName(row)}${String(column + 1).padStart(2, '0')}: ${words[state]}</title>`;
      parts.push(wellSvg(step * (column + 1.5), step * (row + 1.5), state, title));
    });
  });
  return `<svg class="map" viewBox="0 0 ${step * (columns + 1)} ${step * (rows + 1)}" width="${step * (columns + 1)}" role="img" aria-label="plate map">${parts.join('')}</svg>`;
}
