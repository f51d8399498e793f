import type { Architecture } from '../contract/workload/workload.ts';
import { pack } from './pack.ts';
import { type ConditionWorld, whereOf, worldsOf } from './reading/conditions.ts';
import { readRuleTemplate } from './reading/template.ts';
import { object } from './reading/template-json.ts';
import type { RuleFinding } from './rule.ts';

/**
 * What the pack finds in a CloudFormation template (its parsed JSON), ours or not, in every way in which its conditions can
 * turn out. `imageArchitectures` is by image tag. What cannot be resolved without deploying is never a finding.
 */
export function checkTemplate(
  json: unknown,
  imageArchitectures?: ReadonlyMap<string, Architecture>,
): readonly RuleFinding[] {
  const worlds = worldsOf(object(json));
  const found = new Map<string, { readonly finding: RuleFinding; readonly holds: ConditionWorld[] }>();
  for (const world of worlds) {
    const template = readRuleTemplate(json, imageArchitectures, world);
    for (const rule of pack)
      for (const { fix = rule.fix, ...each } of rule.check(template)) {
        const key = JSON.stringify([rule.id, each.resource, each.value, each.message]);
        const holds = found.get(key)?.holds ?? [];
        if (!holds.includes(world)) holds.push(world);
        found.set(key, { finding: { rule: rule.id, ...each, fix }, holds });
      }
  }
  const order = new Map(pack.map((rule, at) => [rule.id, at]));
  return [...found.values()]
    .map(({ finding, holds }) => ({ ...finding, message: `${finding.message}${whereOf(holds, worlds)}` }))
    .sort((a, b) => order.get(a.rule)! - order.get(b.rule)!);
}
