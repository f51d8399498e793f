import { keyLets } from '../reading/key-policy.ts';
import { ofType, target } from '../reading/template.ts';
import { type Rule, trouble } from '../rule.ts';

export const logKey: Rule = {
  id: 'log-key',
  what: 'a key of one’s own for a log group lets CloudWatch Logs use it: otherwise the group is not made, and the deploy fails',
  source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html',
  fix: 'in the key’s policy logs.<region>.amazonaws.com may Encrypt*, Decrypt*, ReEncrypt*, GenerateDataKey* and Describe*',
  check: template =>
    ofType(template, 'AWS::Logs::LogGroup').flatMap(resource => {
      const key = target(template, resource.properties.KmsKeyId, 'AWS::KMS::Key');
      return key && keyLets(key, 'logs.', 'kms:GenerateDataKey') === false
        ? [trouble(resource, resource.properties.KmsKeyId, 'CloudWatch Logs may not use its key')]
        : [];
    }),
};
