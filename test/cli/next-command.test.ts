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

/** Whether a command is about the lab that the call was about, or about none: otherwise it is about the one that lab.config.ts names, on AWS. */
const isOfItsLab = (line: string): boolean =>
  !/^npx lab (?!twin|init|quickstart)/.test(line) || /uffix\}|words\}|--help|\$\{shellWord\($/.test(line);

it('what is told to be next is of the same lab, and paths in it are as a shell takes them', () => {
  const told = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/Next: ((?:\$\{[^`]*?\}|[^`'\n\\])+)/g)].map(([, line]) => ({ path, line: line! })),
  );
  expect(told.filter(({ line }) => !isOfItsLab(line))).toEqual([]);
  expect(told.filter(({ line }) => /^ls (?!\$\{shellWord\()/.test(line))).toEqual([]);
  expect(isOfItsLab('npx lab archive audit --manifest tars.csv')).toBe(false);
});

/** A command of ours that begins a fix, or an alternative of one: `lab` alone is no command of a shell, before somebody makes it one. */
const bareCommand =
  /(?:^|[:;,] |\bor )lab (?:archive|calendar|cancel|deploy|destroy|doctor|fetch|init|logs|prices|pypeliner|queue|rehearse|report|retry|runs|secret|status|submit|twin|watch|why)\b(?!’)/;

it('what is told to mend something can be pasted as it is, too', () => {
  const told = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/\bfix(?:: |\b[^\n]*\? )['`]((?:\$\{[^`]*?\}|[^`'\n])+)/g)].map(([, line]) => ({
      path,
      line: line!,
    })),
  );
  expect(told.length).toBeGreaterThan(300);
  expect(told.filter(({ line }) => bareCommand.test(line))).toEqual([]);
  expect(
    ['lab status latest', 'wait, or lab twin down', 'a; lab why'].every(line => bareCommand.test(line)),
  ).toBe(true);
});
