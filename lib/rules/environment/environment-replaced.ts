import { ec2Environments } from '../reading/environments.ts';
import { type Fields, flag, isThere, partialText, text, type Value } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const environmentReplaced: Rule = {
  id: 'environment-replaced',
  what: 'an environment is updated in place: CloudFormation’s default replaces it, which races with the queue that uses it',
  source:
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-batch-computeenvironment.html',
  fix: 'ReplaceComputeEnvironment: false',
  check: template =>
    ec2Environments(template).flatMap(({ resource, compute }) => {
      const { ReplaceComputeEnvironment: replace, ServiceRole } = resource.properties;
      if (replace !== undefined && !flag(replace)) return [];
      const first = [
        ...(isOwnRole(ServiceRole) ? ['no ServiceRole'] : []),
        ...(isBestFit(compute) ? ['AllocationStrategy: BEST_FIT_PROGRESSIVE, or one of SPOT_*'] : []),
      ];
      return [
        trouble(
          resource,
          replace,
          'a change replaces the environment while its queue is using it',
          first.length > 0
            ? `${first.join(', and ')} (with what is there Batch updates no hosts), and then ReplaceComputeEnvironment: false`
            : undefined,
        ),
      ];
    }),
};

const isBestFit = ({ AllocationStrategy }: Fields): boolean =>
  AllocationStrategy === undefined || text(AllocationStrategy) === 'BEST_FIT';
const isOwnRole = (role: Value | undefined): boolean =>
  isThere(role) && !partialText(role)?.includes('AWSServiceRoleForBatch');
