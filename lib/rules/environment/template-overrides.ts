import { ec2Environments } from '../reading/environments.ts';
import { fields, list, text } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const templateOverrides: Rule = {
  id: 'template-overrides',
  what: 'overrides of the launch template are ten at most, and name types or families: `optimal` and default_* are refused',
  source: batchApi('LaunchTemplateSpecificationOverride'),
  fix: 'TargetInstanceTypes with instance types or families',
  check: template =>
    ec2Environments(template).flatMap(({ resource, compute }) => {
      const overrides = list(fields(compute.LaunchTemplate).Overrides) ?? [];
      const named = overrides.flatMap(each => list(fields(each).TargetInstanceTypes) ?? []);
      return [
        ...(overrides.length > 10 ? [trouble(resource, overrides.length, 'more than ten overrides')] : []),
        ...named
          .filter(each => /^(optimal$|default_)/.test(text(each) ?? ''))
          .map(each => trouble(resource, each, 'no target of an override')),
      ];
    }),
};
