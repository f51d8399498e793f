import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pageScript } from './page-script.ts';
import type { PageAssets } from './run-page.ts';

/** What a page holds beside its data: the chart library as it is published, our script and our style. */
export async function pageAssets(): Promise<PageAssets> {
  const chart = join(dirname(createRequire(import.meta.url).resolve('chart.js')), 'chart.umd.min.js');
  const [style, library, script] = await Promise.all([
    readFile(join(import.meta.dirname, 'style.css'), 'utf8'),
    readFile(chart, 'utf8'),
    pageScript(),
  ]);
  return { style, scripts: [library.replace(/\n\/\/# sourceMappingURL=.*\s*$/, ''), script] };
}
