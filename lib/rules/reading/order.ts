import type { RuleResource, RuleTemplate } from './template.ts';

/** Whether CloudFormation makes a resource after another, and deletes it before: by DependsOn or references, over any number of steps. */
export function isAfter(template: RuleTemplate, resource: RuleResource, earlier: RuleResource): boolean {
  const seen = new Set<string>();
  const open = [resource.id];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const found = template.resources.get(id);
    if (found) open.push(...found.dependsOn, ...found.refersTo);
  }
  return resource !== earlier && seen.has(earlier.id);
}
