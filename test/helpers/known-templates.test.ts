import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IPolicyValidationContext, PolicyValidationPluginReport } from 'aws-cdk-lib';
import { remembered } from './known-templates.ts';

const folder = mkdtempSync(join(tmpdir(), 'known-'));
let asked: string[] = [];
beforeEach(() => {
  asked = [];
});

/** What is said of a text as a template; whoever is asked finds it wrong by its first word. */
function report(
  text: string,
  { region = 'us-east-1', version = '2', path = 'template.json' } = {},
): PolicyValidationPluginReport {
  const templatePath = join(folder, path);
  writeFileSync(templatePath, text);
  const validate = remembered(
    () => {
      asked.push(text);
      const violatingResources = [{ templatePath, locations: ['Properties.Name'] }];
      const violations = [{ ruleName: text.split(' ')[0]!, description: 'a warning', violatingResources }];
      return { success: text !== 'wrong', violations };
    },
    join(folder, 'known'),
    version,
  );
  const stackTemplates = [{ templatePath, accountId: '1', region, stackConstructPath: 'lab' }];
  return validate({ stackTemplates } as unknown as IPolicyValidationContext);
}

it('what is said of a template is said again without a question, good or bad, and of the file that is asked about', () => {
  const first = report('a');
  expect(report('a')).toEqual(first);
  expect(report('a', { path: 'other.json' })).toEqual({
    success: true,
    violations: [
      expect.objectContaining({
        ruleName: 'a',
        violatingResources: [{ templatePath: join(folder, 'other.json'), locations: ['Properties.Name'] }],
      }),
    ],
  });
  expect(report('wrong')).toEqual(report('wrong'));
  expect(report('wrong').success).toBe(false);
  expect(asked).toEqual(['a', 'wrong']);
});

it('another text, region or version is asked about; other digests of assets are not', () => {
  const [one, other] = ['0a'.repeat(32), 'b1'.repeat(32)];
  report('b');
  report('c');
  report('b', { region: 'eu-west-1' });
  report('b', { version: '3' });
  expect(asked).toEqual(['b', 'c', 'b', 'b']);
  for (const text of [`x ${one}`, `x ${other}`, `x ${other}1`]) report(text);
  expect(asked.slice(4)).toEqual([`x ${one}`, `x ${other}1`]);
});
