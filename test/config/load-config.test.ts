import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'lab-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a file that cannot be read is refused with, by the Node that lab runs on: jest's loader has words of its own. */
function refusal(path: string): string {
  const code = `import(${JSON.stringify(join(root, 'lib/config/load-config.ts'))})
    .then(({ loadConfig }) => loadConfig(${JSON.stringify(path)}))
    .then(() => {}, error => console.log(error.name, error.message))`;
  return execFileSync(join(root, 'node_modules/node/bin/node'), ['-e', code], { encoding: 'utf8' });
}

it.each([
  [
    'a.config.ts',
    "export default {\n  name: 'a'\n  region: 'b',\n};\n",
    "cannot be read: line 3: Expected ','",
  ],
  ['b.config.ts', 'export default {\n  name: nobody,\n};\n', 'cannot be read: line 2: nobody is not defined'],
  ['c.config.ts', 'export const x = 1;\n', 'has no default export'],
  ['d.config.json', '{ "name": "a", }', 'cannot be read: Expected double-quoted property name in JSON'],
])('%s that is wrong is told with its place, not with a stack', (name, text, message) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  expect(refusal(path)).toMatch(`LabError ${path}: ${message}`);
});

it('a file that is not there names the command that writes it', () => {
  expect(refusal(join(folder, 'x.ts'))).toContain('is not there\n  npx lab init, which writes it');
});
