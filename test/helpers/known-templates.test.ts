import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IPolicyValidationContext, PolicyValidationPluginReport } from 'aws-cdk-lib';
import { onceFound } from './known-templates.ts';

const bad: PolicyValidationPluginReport = {
  success: true,
  violations: [{ ruleName: 'W1', description: 'a warning', violatingResources: [] }],
};
const good: PolicyValidationPluginReport = { success: true, violations: [] };

it('a template is validated anew unless nothing was found in the same, of whatever assets, for that account, region and version', () => {
  const folder = mkdtempSync(join(tmpdir(), 'known-'));
  const templatePath = join(folder, 'template.json');
  let report = bad;
  let asked = 0;
  const validated = (text: string, region = 'us-east-1', version = '2'): PolicyValidationPluginReport => {
    writeFileSync(templatePath, text);
    const ask = (): PolicyValidationPluginReport => {
      asked++;
      return report;
    };
    const validate = onceFound(ask, join(folder, 'known'), version);
    const stackTemplates = [{ templatePath, accountId: '1', region, stackConstructPath: 'lab' }];
    return validate({ stackTemplates } as unknown as IPolicyValidationContext);
  };

  expect([validated('a'), validated('a'), asked]).toEqual([bad, bad, 2]);
  report = { ...good, success: false };
  expect([validated('a'), validated('a').success, asked]).toEqual([report, false, 4]);
  report = good;
  expect([validated('a'), asked]).toEqual([good, 5]);
  report = bad;
  expect([validated('a'), asked]).toEqual([good, 5]);
  expect([validated('b'), validated('a', 'eu-west-1'), validated('a', 'us-east-1', '3'), asked]).toEqual([
    bad,
    bad,
    bad,
    8,
  ]);
  const [one, other] = ['0a'.repeat(32), 'b1'.repeat(32)];
  report = good;
  expect([validated(`a:${one} b`), validated(`a:${other} b`), validated(`a:${other}1 b`), asked]).toEqual([
    ...Array(3).fill(good),
    10,
  ]);
});
