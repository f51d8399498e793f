import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Modules of the page's script, each behind those that it imports. */
const modules = ['facts', 'layout', 'item-map', 'items-table', 'timeline', 'use', 'key', 'main'];

/** The page's own script: its modules in one scope, for a page that is one file has nowhere to import from. */
export async function pageScript(): Promise<string> {
  const texts = await Promise.all(
    modules.map(name => readFile(join(import.meta.dirname, 'client', `${name}.js`), 'utf8')),
  );
  const joined = texts.map(
    (text, index) =>
      `// module: ${modules[index]}\n${text.replace(/^import [^;]+;\n/gm, '').replace(/^export /gm, '')}`,
  );
  return `(() => {\n'use strict';\n${joined.join('')}})();\n`;
}
