import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(__dirname, '..');

/** Folder → what it may import besides itself. The longest prefix decides. */
const rules: Record<string, readonly string[]> = {
  'lib/spec': [],
  'lib/config': ['lib/spec'],
  'lib/plan': ['lib/spec', 'lib/config'],
  'lib/aws/wire': ['lib/spec'],
  'lib/aws': ['lib/spec'],
  'lib/submit': ['lib/spec'],
  'lib/ledger': ['lib/spec'],
  'lib/doctor': ['lib/spec'],
  'lib/process': [],
  'lib/twin': ['lib/spec', 'lib/process'],
  'lib/infra': ['lib/spec', 'lib/config', 'lib/infra/rules', 'jobs'],
  'lib/infra/rules': ['lib/spec'],
  'lib/infra/lambda': ['lib/spec', 'lib/aws/wire'],
  'lib/build': ['lib/spec'],
  'lib/cli': [
    'lib/spec',
    'lib/config',
    'lib/plan',
    'lib/aws',
    'lib/submit',
    'lib/ledger',
    'lib/doctor',
    'lib/process',
    'lib/twin',
    'lib/build',
    'jobs',
  ],
  'containers/runtime': ['lib/spec', 'lib/process', 'lib/aws/wire'],
  'containers/rapidtide': ['lib/spec', 'lib/aws/wire', 'containers/runtime', 'jobs'],
  'containers/ambient-noise': ['lib/spec', 'containers/runtime', 'jobs'],
  'containers/vcf': ['lib/spec', 'lib/aws/wire', 'containers/runtime', 'jobs'],
  jobs: ['lib/spec'],
};
const sdk = /^@aws-sdk\//;
const cdk = /^(aws-cdk-lib|constructs|cdk-nag)/;

const folderOf = (path: string): string | undefined =>
  Object.keys(rules)
    .filter(folder => path.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0];

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

function breach(file: string, specifier: string): string | undefined {
  const from = folderOf(file);
  if (!from) return `${file} is in no folder of the table`;
  if (specifier.startsWith('.')) {
    const target = relative(root, resolve(root, dirname(file), specifier));
    const to = folderOf(target);
    const allowed =
      to === from ||
      (to !== undefined && rules[from]!.some(each => to === each || to.startsWith(`${each}/`)));
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

it('notices an import that the table forbids', () => {
  expect(breach('lib/plan/x.ts', '../twin/twin.ts')).toBe('lib/plan/x.ts imports lib/twin/twin.ts');
  expect(breach('lib/twin/x.ts', '@aws-sdk/client-s3')).toBeDefined();
  expect(breach('containers/rapidtide/x.ts', '../other/task.ts')).toBeDefined();
});

it('lab starts without the SDK, the CDK, esbuild and the twin: who needs one loads it', () => {
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
  expect(loaded.size).toBeGreaterThan(60);
  expect(
    [...loaded].filter(each => sdk.test(each) || cdk.test(each) || /^esbuild$|^lib\/twin\/twin/.test(each)),
  ).toEqual([]);
});
