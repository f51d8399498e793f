import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** Folder → what it may import besides itself. The longest prefix decides. */
const rules: Record<string, readonly string[]> = {
  'lib/contract': [],
  'lib/config': ['lib/contract'],
  'lib/plan': ['lib/contract', 'lib/config'],
  'lib/aws/wire': ['lib/contract'],
  'lib/aws': ['lib/contract', 'lib/aws/wire'],
  'lib/runs': ['lib/contract', 'lib/config', 'lib/plan', 'lib/ledger'],
  'lib/ledger': ['lib/contract'],
  'lib/report': ['lib/contract', 'lib/ledger'],
  'lib/doctor': ['lib/contract'],
  'lib/process': [],
  'lib/twin': ['lib/contract', 'lib/process'],
  'lib/rules': ['lib/contract'],
  'lib/infra': ['lib/contract', 'lib/config', 'lib/rules', 'jobs'],
  'lib/infra/lambda': ['lib/contract', 'lib/aws/wire'],
  'lib/build': ['lib/contract', 'lib/process'],
  'lib/cli': [
    'lib/contract',
    'lib/config',
    'lib/plan',
    'lib/aws',
    'lib/runs',
    'lib/ledger',
    'lib/report',
    'lib/doctor',
    'lib/process',
    'lib/twin',
    'lib/build',
    'jobs',
  ],
  'containers/runtime': ['lib/contract', 'lib/process', 'lib/aws/wire'],
  // A workload's container knows its own spec, and no other workload's.
  'containers/*': ['lib/contract', 'lib/aws/wire', 'containers/runtime', 'jobs/*'],
  // Each workload by itself; the list of all of them, jobs/index.ts, has them all.
  jobs: ['lib/contract'],
};
const sdk = /^@aws-sdk\//;
const cdk = /^(aws-cdk-lib|constructs|cdk-nag)/;

/** `containers/*` is any folder there that has no row of its own. */
function folderOf(path: string): string | undefined {
  const own = Object.keys(rules)
    .filter(folder => path.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0];
  return own ?? (/^containers\/[^/]+\//.test(path) ? 'containers/*' : undefined);
}

/** The name that a path has in place of a pattern's `*`: `containers/rapidtide/task.ts`, `jobs/rapidtide/spec.ts`. */
const workloadOf = (path: string): string | undefined =>
  /^(?:containers|jobs)\/([^/]+?)(?:\.ts|\/|$)/.exec(path)?.[1];

const files = ['lib', 'containers', 'jobs'].flatMap(top =>
  readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts'))
    .map(path => join(top, path)),
);

const imports = (file: string): string[] =>
  [
    ...readFileSync(join(root, file), 'utf8').matchAll(
      /^(?:import|export)\b[^'";]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
    ),
  ].map(found => (found[1] ?? found[2] ?? found[3])!);

/** Folders in which nothing of one workload knows another. */
const apart: ReadonlySet<string> = new Set(['containers/*', 'jobs']);

function breach(file: string, specifier: string): string | undefined {
  const from = folderOf(file);
  if (!from) return `${file} is in no folder of the table`;
  if (specifier.startsWith('.')) {
    const target = relative(root, resolve(root, dirname(file), specifier));
    const to = folderOf(target);
    const same = workloadOf(target) === workloadOf(file);
    const allowed =
      (to === from && (!apart.has(from) || same || file === 'jobs/index.ts')) ||
      (to !== undefined &&
        rules[from]!.some(each =>
          each === 'jobs/*' ? to === 'jobs' && same : to === each || to.startsWith(`${each}/`),
        ));
    return allowed ? undefined : `${file} imports ${target}`;
  }
  if (sdk.test(specifier) && from !== 'lib/aws') return `${file} imports ${specifier}`;
  if (cdk.test(specifier) && from !== 'lib/infra') return `${file} imports ${specifier}`;
  if (from === 'lib/plan' && /^node:(fs|http|net|crypto|os)/.test(specifier))
    return `${file} is not pure: ${specifier}`;
  return undefined;
}

it('every import keeps the table of docs/architecture.md', () => {
  expect(files.length).toBeGreaterThan(80);
  expect(files.flatMap(file => imports(file).flatMap(each => breach(file, each) ?? []))).toEqual([]);
});

it('docs/architecture.md has a row for every folder of the table, and for no other', () => {
  const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const [, section] = /^## Which folder may import which\n([\s\S]*?)^## /m.exec(text)!;
  const rows = [...section!.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([^`]+)`/g)].map(([, folder]) => folder!.replace('<workload>', '*')),
  );
  // Rooms with rules of their own, which the row of their house tells.
  const inside = ['lib/aws/wire', 'lib/infra/lambda'];
  expect(rows.toSorted()).toEqual(
    Object.keys(rules)
      .filter(each => !inside.includes(each))
      .toSorted(),
  );
  for (const room of inside) expect(section).toContain(`\`${room}\``);
});

it('a room has 30 files at the most', () => {
  const rooms = [...Map.groupBy(files, dirname)].filter(([, inside]) => inside.length > 30);
  expect(rooms.map(([room, inside]) => `${room} has ${inside.length} files`)).toEqual([]);
});

it('a file has 300 lines at the most, whether it is the product, a test of it, a measurement or a finding', () => {
  const sources = ['bin', 'lib', 'containers', 'jobs', 'test', 'bench', 'findings'].flatMap(top =>
    readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
      .filter(path => /\.(m?ts|mjs|py|sh)$/.test(path) && !/(^|\/)(node_modules|\.\w+)\//.test(path))
      .map(path => join(top, path)),
  );
  expect(sources.length).toBeGreaterThan(1500);
  const lines = (file: string): number => readFileSync(join(root, file), 'utf8').split('\n').length - 1;
  expect(sources.filter(file => lines(file) > 300)).toEqual([]);
});

it('a proof is made by the verifier alone', () => {
  const importers = files.filter(file => imports(file).some(each => each.endsWith('/mint-proof.ts')));
  expect(importers.length).toBeGreaterThan(0);
  expect(importers.filter(file => !file.startsWith('containers/plate-archive/verifier/'))).toEqual([]);
  // And whoever reads proofs to delete has no code in common with who reads tars to prove them.
  const verifier = files.filter(file => file.startsWith('containers/plate-archive/verifier/'));
  const writers =
    /archiver\/|deleter\/|jobs\/plate-archive\/(format\/(tar-header|layout|parts|member-name)|restore)/;
  expect(verifier.flatMap(file => imports(file).filter(each => writers.test(each)))).toEqual([]);
});

it('notices an import that the table forbids', () => {
  expect(breach('lib/plan/x.ts', '../twin/twin.ts')).toBe('lib/plan/x.ts imports lib/twin/twin.ts');
  expect(breach('lib/twin/x.ts', '@aws-sdk/client-s3')).toBe('lib/twin/x.ts imports @aws-sdk/client-s3');
  expect(breach('containers/rapidtide/x.ts', '../other/task.ts')).toBe(
    'containers/rapidtide/x.ts imports containers/other/task.ts',
  );
  expect(breach('jobs/rapidtide/x.ts', '../vcf/look.ts')).toBe(
    'jobs/rapidtide/x.ts imports jobs/vcf/look.ts',
  );
  expect(breach('jobs/hello.ts', './vcf/look.ts')).toBe('jobs/hello.ts imports jobs/vcf/look.ts');
  expect(breach('jobs/index.ts', './vcf/specs/index.ts')).toBeUndefined();
});

/** The circles that imports make, types too: each as the files along it. A file that was left is in none but those found so far. */
function circles(of: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const left = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file]);
    if (at >= 0 || left.has(file)) return;
    for (const next of of.get(file) ?? []) walk(next, [...path, file]);
    left.add(file);
  };
  for (const file of of.keys()) walk(file, []);
  return found;
}

it('no file imports itself, by however many others', () => {
  const graph = new Map(
    files.map(file => [
      file,
      imports(file)
        .filter(each => each.startsWith('.'))
        .map(each => relative(root, resolve(root, dirname(file), each))),
    ]),
  );
  expect(circles(graph)).toEqual([]);
  // One more import would be seen: of what uses a file's users, and of its own.
  const errors = 'lib/contract/workload/errors.ts';
  const more = (target: string) => circles(new Map([...graph, [errors, [...graph.get(errors)!, target]]]));
  expect(more('lib/cli/main.ts').length).toBeGreaterThan(0);
  expect(more(errors)).toEqual([[errors, errors]]);
});

it('lab starts without its verbs, and a verb without the SDK, the CDK, esbuild and the twin: who needs one loads it', () => {
  const loaded = new Set<string>();
  const walk = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, specifier] of text.matchAll(/^(?:import|export) (?!type\b)[^'";]*?from '([^']+)'/gm))
      if (specifier!.startsWith('.')) walk(relative(root, resolve(root, dirname(file), specifier!)));
      else loaded.add(specifier!);
  };
  walk('lib/cli/main.ts');
  expect([...loaded].filter(each => each.startsWith('lib/cli/commands/'))).toEqual([]);
  for (const file of files) if (file.startsWith('lib/cli/commands/')) walk(file);
  expect(loaded.size).toBeGreaterThan(200);
  expect(
    [...loaded].filter(each => sdk.test(each) || cdk.test(each) || /^esbuild$|^lib\/twin\/twin/.test(each)),
  ).toEqual([]);
});
