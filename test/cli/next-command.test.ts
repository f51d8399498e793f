import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const sources = ['lib', 'jobs'].flatMap(top =>
  readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts'))
    .map(path => ({ path, text: readFileSync(join(root, top, path), 'utf8') })),
);

/** What a line says is next begins as a command does, and is of no words and no placeholders that a shell would take for its own. */
const isCommand = (line: string): boolean =>
  /^(npx lab |npm run |ls |eval |exec |\$\{)/.test(line) &&
  !/[<…]|, (then|or|and) | (goes|makes) /.test(line);

it('what is told to be next can be pasted as it is', () => {
  const told = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/Next: ((?:\$\{[^`]*?\}|[^`'\n\\])+)/g)].map(([, line]) => ({ path, line: line! })),
  );
  expect(told.length).toBeGreaterThan(50);
  expect(told.filter(({ line }) => !isCommand(line) && !line.startsWith('.*'))).toEqual([]);
  for (const wrong of ['npm run deploy makes the lab anew', 'the same again', 'npx lab submit <workload>'])
    expect(isCommand(wrong)).toBe(false);
});
