import { ec2Environments } from '../reading/environments.ts';
import { flag } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const environmentReplaced: Rule = {
  id: 'environment-replaced',
  what: 'an environment is updated in place: CloudFormation’s default replaces it, which races with the queue that uses it',
  source:
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-batch-computeenvironment.html',
  fix: 'ReplaceComputeEnvironment: false',
  check: template =>
    ec2Environments(template).flatMap(({ resource }) => {
      const { ReplaceComputeEnvironment: replace } = resource.properties;
      return replace === undefined || flag(replace)
        ? [trouble(resource, replace, 'a change replaces the environment while its queue is using it')]
        : [];
    }),
};
