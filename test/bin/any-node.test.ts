import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { root } from '../helpers/project.ts';

const bin = join(root, 'bin');
const run = (words: readonly string[]): { code: number | null; out: string; err: string } => {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/node/bin/node'), words, {
    cwd: root,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
};

it('a Node that strips no types starts lab and the rules by the one that does', () => {
  expect(run(['--no-strip-types', 'bin/lab.ts', '--version'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^arraylab /),
  });
  expect(run(['--no-strip-types', 'bin/rules.ts'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('no template'),
  });
});

it('a type is no JavaScript to who looks at what launchers are', () => {
  expect(() => transformSync('const a: string = 1;', { loader: 'js', logLevel: 'silent' })).toThrow();
});

it('what such a Node reads itself has nothing in it but JavaScript, and imports nothing but Node’s own', () => {
  const launchers = readdirSync(bin).filter(name => /^[a-z-]+\.(ts|mjs)$/.test(name));
  expect(launchers).toEqual(
    expect.arrayContaining(['lab.ts', 'rules.ts', 'synth.ts', 'own-node.mjs', 'lab.mjs']),
  );
  expect(JSON.parse(readFileSync(join(bin, 'package.json'), 'utf8'))).toEqual({ type: 'commonjs' });
  for (const name of launchers) {
    const text = readFileSync(join(bin, name), 'utf8');
    // As JavaScript, which a type in it is not.
    expect(() => transformSync(text, { loader: 'js', logLevel: 'silent' })).not.toThrow();
    const names = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, from]) => from!);
    expect(names.length).toBeGreaterThan(0);
    const own = new Set([...builtinModules.map(each => `node:${each}`), './own-node.mjs']);
    expect(names.filter(each => !own.has(each))).toEqual([]);
  }
});

it.each(['bundle', 'generate'])('npm run %s takes no words, and says so', name => {
  expect(run([`bin/${name}.ts`, 'rapidtide'])).toEqual({
    code: 2,
    out: '',
    err: `rapidtide: npm run ${name} takes no words\n  fix: npm run ${name}\n`,
  });
});
