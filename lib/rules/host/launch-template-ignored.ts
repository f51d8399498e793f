import { launchData, usedLaunchTemplates } from '../reading/environments.ts';
import { fields, isThere, list } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

/** What Batch leaves out of the template that it makes of a user's. */
const ignored = [
  'InstanceType',
  'InstanceRequirements',
  'IamInstanceProfile',
  'InstanceMarketOptions',
  'DisableApiTermination',
];

export const launchTemplateIgnored: Rule = {
  id: 'launch-template-ignored',
  what: 'a launch template only says what Batch takes from it: instance type, role, market and subnets are the environment’s',
  source: batchGuide('launch-templates'),
  fix: 'say it in the environment’s ComputeResources',
  check: template =>
    usedLaunchTemplates(template).flatMap(resource => {
      const data = launchData(resource);
      const found = ignored.filter(each => isThere(data[each]));
      const subnets = (list(data.NetworkInterfaces) ?? []).some(each => isThere(fields(each).SubnetId));
      return [...found, ...(subnets ? ['NetworkInterfaces.SubnetId'] : [])].map(name =>
        trouble(resource, name, 'Batch does not take it from a launch template'),
      );
    }),
};
