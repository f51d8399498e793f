import type { IPolicyValidationPlugin, PolicyViolation } from 'aws-cdk-lib';
import { checkTemplate } from '../rules/check-template.ts';
import { pack } from '../rules/pack.ts';
import { readTemplateFile } from '../rules/read-file.ts';

/**
 * Our rules for Batch as a part of every synth, beside cdk-nag: a finding fails it. Accepted, with its reason, by
 * `Validations.of(construct).acknowledge({ id: 'Arraylab::<rule>', reason })`.
 */
export const batchRules: IPolicyValidationPlugin = {
  name: 'Arraylab',
  ruleIds: pack.map(rule => rule.id),
  validate({ templatePaths }) {
    const violations = templatePaths.flatMap(violationsOf);
    return { success: violations.length === 0, violations };
  },
};

function violationsOf(templatePath: string): readonly PolicyViolation[] {
  const { json, imageArchitectures } = readTemplateFile(templatePath);
  return checkTemplate(json, imageArchitectures).map(each => ({
    ruleName: each.rule,
    description: `${each.value}: ${each.message}`,
    fix: each.fix,
    severity: 'error',
    violatingResources: [{ resourceLogicalId: each.resource, templatePath, locations: ['Properties'] }],
  }));
}
