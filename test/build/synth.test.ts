import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { synth } from '../../lib/build/synth.ts';

/** A cdk that says what it was called with, and writes what cdk writes. */
const cdk = `
const { mkdirSync, writeFileSync } = require('fs');
const words = process.argv.slice(2);
if (words.includes('--fail')) process.exit(1);
if (words.includes('--help')) process.exit(0);
const out = words.includes('-o') ? words[words.indexOf('-o') + 1] : 'cdk.out';
mkdirSync(out, { recursive: true });
writeFileSync('words.json', JSON.stringify(words));
writeFileSync(out + '/manifest.json', JSON.stringify({ artifacts: {
  Tree: { type: 'cdk:tree' },
  'arraylab-lab': { type: 'aws:cloudformation:stack', properties: { templateFile: 'arraylab-lab.template.json' } },
} }));
writeFileSync(out + '/arraylab-lab.template.json', JSON.stringify({ Resources: {
  Keys: { Type: 'AWS::SecretsManager::Secret' }, Jobs: { Type: 'AWS::Batch::JobQueue' },
} }));
`;
let projectRoot: string;
beforeAll(() => {
  projectRoot = mkdtempSync(join(tmpdir(), 'lab-synth-'));
  const path = join(projectRoot, 'node_modules/aws-cdk/bin/cdk');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, cdk);
});
afterAll(() => rmSync(projectRoot, { recursive: true, force: true }));

async function said(...words: string[]): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const signal = new AbortController().signal;
  return { code: await synth(words, { projectRoot, signal, say: text => lines.push(text) }), lines };
}

it('says where the template is, what it costs while nothing runs, and what is next', async () => {
  expect(await said('-c', 'lab=x')).toEqual({
    code: 0,
    lines: [
      'cdk.out/arraylab-lab.template.json: 2 resources; about 0.40 USD a month while nothing runs (1 secret)',
      'what is stored is paid for besides: docs/the-stack.md',
      'Next: npm run diff',
    ],
  });
  expect(JSON.parse(readFileSync(join(projectRoot, 'words.json'), 'utf8'))).toEqual([
    'synth',
    '--quiet',
    '--no-notices',
    '-c',
    'lab=x',
  ]);
});

it('looks where cdk was told to write, and says nothing of a synth that failed', async () => {
  expect((await said('-o', 'elsewhere')).lines[0]).toMatch(
    /^elsewhere\/arraylab-lab\.template\.json: 2 resources/,
  );
  expect(await said('--fail')).toEqual({ code: 1, lines: [] });
});
