import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleEntrypoint } from '../../lib/build/bundle.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What an entrypoint says once it is bundled. */
async function saidBy(files: Readonly<Record<string, string>>): Promise<string[]> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'bundle.mjs'), await bundleEntrypoint(folder, 'entrypoint.ts'));
  // As a container starts: with no options for Node that would load something themselves.
  return execFileSync(process.execPath, [join(folder, 'bundle.mjs')], { encoding: 'utf8', env: {} })
    .trim()
    .split('\n');
}

const loaded = "process.moduleLoadList.includes('NativeModule _http_client')";
const fetchLoaded = "process.moduleLoadList.some(name => name.includes('undici'))";

it('a bundle loads a module of Node’s when something of it is used, and nothing else that it exports', async () => {
  const said = await saidBy({
    'entrypoint.ts': `import { request, STATUS_CODES } from 'node:http';
      import { Transform } from 'node:stream';
      import * as path from 'node:path';
      class Mine extends Transform {}
      console.log(${loaded});
      console.log(STATUS_CODES[418], typeof request, STATUS_CODES === STATUS_CODES, path.join('a', 'b'), new Mine() instanceof Transform);
      console.log(${loaded}, ${fetchLoaded});`,
  });
  expect(said).toEqual(['false', "I'm a Teapot function true a/b true", 'true false']);
});

it('a package that asks by require gets the module itself', async () => {
  const said = await saidBy({
    'package.cjs': `class Mine extends require('events') {}
      module.exports = { Mine, names: Object.keys(require('node:fs')).length > 50 };`,
    'entrypoint.ts': `import { EventEmitter } from 'node:events';
      import theirs from './package.cjs';
      console.log(theirs.names, new theirs.Mine() instanceof EventEmitter);`,
  });
  expect(said).toEqual(['true true']);
});

it('a verb that a spec names is no part of a bundle', async () => {
  mkdirSync(join(folder, 'verbs'));
  writeFileSync(join(folder, 'verbs/show.ts'), "import { parse } from 'yaml'; export const show = parse;");
  const said = await saidBy({
    'entrypoint.ts': `const spec = { name: 'x', verbs: { show: async () => (await import('./verbs/show.ts')).show } };
      console.log(spec.name, Object.keys(spec.verbs).length);`,
  });
  expect(said).toEqual(['x 1']);
  expect(readFileSync(join(folder, 'bundle.mjs'), 'utf8')).not.toContain('parse');
});
