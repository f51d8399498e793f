import type { Architecture } from '../contract/workload/workload.ts';
import { pack } from './pack.ts';
import { readTemplate } from './reading/template.ts';
import type { Finding } from './rule.ts';

/**
 * What the pack finds in a CloudFormation template (its parsed JSON), ours or not. `imageArchitectures` is by image tag.
 * What cannot be resolved without deploying is never a finding.
 */
export function checkTemplate(
  json: unknown,
  imageArchitectures?: ReadonlyMap<string, Architecture>,
): readonly Finding[] {
  const template = readTemplate(json, imageArchitectures);
  return pack.flatMap(rule => {
    const seen = new Set<string>();
    return rule.check(template).flatMap(each => {
      const key = JSON.stringify([each.resource, each.value, each.message]);
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ rule: rule.id, ...each, fix: rule.fix }];
    });
  });
}
