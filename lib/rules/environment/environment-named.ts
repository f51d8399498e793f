import { ec2Environments } from '../reading/environments.ts';
import { isThere } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const environmentNamed: Rule = {
  id: 'environment-named',
  what: 'CloudFormation names an environment: one with a name of its own cannot be replaced when that has to be, for the name is taken',
  source:
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-batch-computeenvironment.html',
  fix: 'no ComputeEnvironmentName; tags tell environments apart',
  check: template =>
    ec2Environments(template).flatMap(({ resource }) => {
      const { ComputeEnvironmentName } = resource.properties;
      return isThere(ComputeEnvironmentName)
        ? [trouble(resource, ComputeEnvironmentName, 'a fixed name stands in the way of a replacement')]
        : [];
    }),
};
