import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pack } from '../../lib/rules/pack.ts';
import { runRules } from '../../lib/rules/run-rules.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'lab-rules-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function run(...args: string[]): { code: number; out: string; err: string } {
  const text = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({
    write(chunk: string) {
      text[name] += chunk;
    },
  });
  const code = runRules(args, { out: stream('out'), err: stream('err'), version: '0.1.0' });
  return { code, ...text };
}

/** What people write by hand: a job definition alone. */
const theirs = {
  Resources: {
    Archive: {
      Type: 'AWS::Batch::JobDefinition',
      Properties: {
        Type: 'container',
        ContainerProperties: {
          Image: 'ghcr.io/lab/archive:2.1',
          ResourceRequirements: [
            { Type: 'MEMORY', Value: '2000' },
            { Type: 'VCPU', Value: '1' },
          ],
          LogConfiguration: { LogDriver: 'awslogs', Options: { 'awslogs-group': 'archive' } },
          Environment: [{ Name: 'AWS_BATCH_SHARD', Value: '0' }],
        },
        RetryStrategy: { Attempts: 20 },
        Timeout: { AttemptDurationSeconds: 3600 },
      },
    },
  },
};
const clean = { Resources: { Topic: { Type: 'AWS::SNS::Topic' } } };

it('prints a table of findings and their fixes, and exits 4', () => {
  const { code, out, err } = run(file('theirs.json', theirs), file('clean.json', clean));
  expect(code).toBe(4);
  expect(out.replaceAll(folder, '')).toBe(`/theirs.json
RESOURCE  RULE               VALUE            WHAT IS WRONG
Archive   batch-environment  AWS_BATCH_SHARD  a name that Batch keeps for itself
Archive   retry-attempts     20               Batch takes 1 to 10 attempts

batch-environment: names that begin with AWS_BATCH are Batch’s: it refuses the definition, and no linter knows
  fix: another name
  https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html

retry-attempts: attempts are from 1 to 10, and are said wherever there are retry rules
  fix: Attempts from 1 to 10
  https://docs.aws.amazon.com/batch/latest/APIReference/API_RetryStrategy.html
`);
  expect(err).toBe(`2 findings of ${pack.length} rules in 2 templates\n`);
});

it('prints the same as JSON', () => {
  const path = file('theirs.json', theirs);
  const { code, out } = run(path, '--json');
  expect(code).toBe(4);
  expect(JSON.parse(out)).toEqual([
    expect.objectContaining({
      file: path,
      rule: 'batch-environment',
      resource: 'Archive',
      value: 'AWS_BATCH_SHARD',
    }),
    expect.objectContaining({ rule: 'retry-attempts', value: '20', fix: 'Attempts from 1 to 10' }),
  ]);
});

it('exits 0 where there is nothing to find, with an empty list as JSON', () => {
  const path = file('clean.json', clean);
  expect(run(path)).toEqual({ code: 0, out: '', err: `0 findings of ${pack.length} rules in 1 template\n` });
  expect(run(path, '--json')).toMatchObject({ code: 0, out: '[]\n' });
});

it('reads what get-template prints, as JSON or as a text of it', () => {
  for (const TemplateBody of [theirs, JSON.stringify(theirs)])
    expect(run(file('got.json', { TemplateBody, StagesAvailable: ['Original'] })).code).toBe(4);
});

it('exits 2 and names every file that is no template, and checks none', () => {
  const yaml = file('template.yaml', 'Resources:\n  A: [1, 2\nB: x\n');
  const list = file('list.json', []);
  const { code, out, err } = run(join(folder, 'missing.json'), yaml, list, file('theirs.json', theirs));
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain('missing.json: is not there');
  expect(err).toMatch(/template.yaml: is neither JSON nor YAML: .* at line \d+, column \d+/);
  expect(err).toContain('list.json: is no CloudFormation template');
  expect(run(folder).err).toContain('cannot be read (EISDIR)');
});

it('exits 2 without a template or with an option that there is not', () => {
  expect(run()).toMatchObject({ code: 2, err: expect.stringContaining('no template') });
  expect(run('--fix')).toMatchObject({ code: 2, err: expect.stringContaining("'--fix'") });
});

it('lists every rule with what it asks for and a page that says so', () => {
  const { code, out } = run('--list');
  expect(code).toBe(0);
  for (const { id, what, source } of pack) {
    expect(out).toContain(`${id}\n  ${what}\n  ${source}\n`);
    expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
  }
  expect(JSON.parse(run('--list', '--json').out)).toHaveLength(pack.length);
  expect(run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('4 findings') });
});

it('is what bin/rules.ts runs', () => {
  const node = join(root, 'node_modules/node/bin/node');
  const bin = (name: string, content: unknown) =>
    execFileSync(node, [join(root, 'bin/rules.ts'), file(name, content)], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  expect(bin('clean.json', clean)).toBe('');
  expect(() => bin('theirs.json', theirs)).toThrow(expect.objectContaining({ status: 4 }));
});
