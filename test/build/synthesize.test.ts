import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inputsDigest, type LabSource } from '../../lib/build/inputs.ts';
import { synthesized } from '../../lib/build/synthesize.ts';
import { root } from '../helpers/project.ts';

/** A project as ours is laid out, whose app says of what it was made, and counts how often it ran. */
const files: Record<string, string> = {
  'package.json': '{"type":"module"}',
  'package-lock.json': '{}',
  'cdk.json': '{"context":{"flag":true}}',
  'bin/app.mts': `
    import { appendFileSync, writeFileSync } from 'node:fs';
    import { dirname, join } from 'node:path';
    import { deep } from '../lib/infra/stack.ts';
    const project = dirname(import.meta.dirname);
    const { bundleWorkloads } = await import('${join(root, 'lib/build/bundle.ts')}');
    await bundleWorkloads({ projectRoot: project, contexts: ['containers/tool'] });
    appendFileSync(join(project, 'runs'), 'x');
    const { lab } = JSON.parse(process.env.CDK_CONTEXT_JSON as string) as { lab: string };
    writeFileSync(join(process.env.CDK_OUTDIR as string, \`arraylab-\${lab}.template.json\`), JSON.stringify({ deep }));
  `,
  'lib/infra/stack.ts': "export { deep } from '../contract/deep.ts';",
  'lib/contract/deep.ts': 'export const deep: number = 1;',
  'lib/contract/wire.ts': "export const wire: string = 'w';",
  'lib/contract/job.ts': "export const job: string = 'j';",
  'lib/contract/more.ts': 'export const more = 1;',
  'lib/infra/lambda/index.ts': "export { wire } from '../../contract/wire.ts';",
  'containers/tool/entrypoint.ts': "import { job } from '../../lib/contract/job.ts'; console.log(job);",
  'containers/tool/Dockerfile': 'FROM scratch',
  'lab.config.ts': "import { more } from './lib/contract/more.ts'; export default { more };",
  'lib/cli/elsewhere.ts': 'export const elsewhere = 1;',
  'README.md': 'words',
};
let project: string;
let source: LabSource;
let folder: string;
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
};
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'lab-build-'));
  folder = join(project, '.lab', 'templates');
  for (const [path, text] of Object.entries(files)) write(path, text);
  for (const name of ['app.mjs', 'own-node.mjs']) cpSync(join(root, 'bin', name), join(project, 'bin', name));
  source = {
    projectRoot: project,
    configFile: join(project, 'lab.config.ts'),
    lab: 'lab',
    contexts: ['containers/tool'],
  };
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

const runs = (): number => readFileSync(join(project, 'runs'), 'utf8').length;
const ask = (): Promise<object> => synthesized(source, folder, () => {});

it.each([
  'bin/app.mts',
  'lib/infra/stack.ts',
  'lib/contract/deep.ts',
  'lib/infra/lambda/index.ts',
  'lib/contract/wire.ts',
  'containers/tool/entrypoint.ts',
  'lib/contract/job.ts',
  'containers/tool/Dockerfile',
  'lab.config.ts',
  'lib/contract/more.ts',
  'cdk.json',
  'package-lock.json',
])('a change in %s is another template’s', async path => {
  const before = await inputsDigest(source, folder);
  expect(await inputsDigest(source, folder)).toBe(before);
  writeFileSync(join(project, path), `${files[path]}\n`);
  expect(await inputsDigest(source, folder)).not.toBe(before);
});

it('what only another folder imports is no change, until something of the stack imports it', async () => {
  const before = await inputsDigest(source, folder);
  write('lib/cli/elsewhere.ts', 'export const elsewhere = 2;');
  write('README.md', 'other words');
  expect(await inputsDigest(source, folder)).toBe(before);
  write('lib/infra/stack.ts', `${files['lib/infra/stack.ts']} export * from '../cli/elsewhere.ts';`);
  const after = await inputsDigest(source, folder);
  write('lib/cli/elsewhere.ts', 'export const elsewhere = 3;');
  expect(new Set([before, after, await inputsDigest(source, folder)]).size).toBe(3);
});

it('a stack is synthesized once for what it is made from, and anew when a contract changes', async () => {
  expect(await ask()).toEqual({ deep: 1 });
  expect(await ask()).toEqual({ deep: 1 });
  expect(runs()).toBe(1);
  write('lib/contract/deep.ts', 'export const deep: number = 2;');
  expect(await ask()).toEqual({ deep: 2 });
  write('lib/contract/deep.ts', files['lib/contract/deep.ts']!);
  expect(await ask()).toEqual({ deep: 1 });
  expect(runs()).toBe(2);
});

it('of several that ask at once one synthesizes, and all have the whole of it', async () => {
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([{ deep: 1 }, { deep: 1 }, { deep: 1 }]);
  expect(runs()).toBe(1);
});

it('who was killed while they synthesized keeps nobody waiting', async () => {
  const digest = await inputsDigest(source, folder);
  mkdirSync(folder, { recursive: true });
  // Process ids end far below.
  writeFileSync(join(folder, `lab-${digest.slice(0, 32)}.json.making`), '2147483646');
  expect(await ask()).toEqual({ deep: 1 });
});

it('a bundle that is gone or old is made anew, without another synth', async () => {
  await ask();
  const bundle = join(project, 'dist/containers/tool.mjs');
  const fresh = readFileSync(bundle, 'utf8');
  expect(fresh).toContain('"j"');
  for (const spoil of [() => rmSync(bundle), () => writeFileSync(bundle, 'old')]) {
    spoil();
    await ask();
    expect(readFileSync(bundle, 'utf8')).toBe(fresh);
  }
  expect(runs()).toBe(1);
});

it('what the app says when it fails is told, and nothing is kept of it', async () => {
  write('lib/infra/stack.ts', "throw new Error('no such pool'); export const deep = 0;");
  await expect(ask()).rejects.toThrow(/no such pool[\s\S]*npm run synth/);
  expect(existsSync(join(project, 'runs'))).toBe(false);
  write('lib/infra/stack.ts', files['lib/infra/stack.ts']!);
  expect(await ask()).toEqual({ deep: 1 });
});
