import { usedLaunchTemplates, volumes } from '../reading/environments.ts';
import { keyLets } from '../reading/key-policy.ts';
import { target } from '../reading/template.ts';
import { type Rule, trouble } from '../rule.ts';

export const volumeKey: Rule = {
  id: 'volume-key',
  what: 'a key of one’s own for volumes lets Auto Scaling use it: otherwise instances die with Client.InternalError as they start, and jobs stay RUNNABLE',
  source: 'https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html',
  fix: 'in the key’s policy AWSServiceRoleForAutoScaling may Encrypt, Decrypt, ReEncrypt*, GenerateDataKey*, DescribeKey and CreateGrant; or no KmsKeyId: the key aws/ebs needs none of it',
  check: template =>
    usedLaunchTemplates(template).flatMap(resource =>
      volumes(resource).flatMap(({ device, ebs }) => {
        const key = target(template, ebs.KmsKeyId, 'AWS::KMS::Key');
        const isRefused = ['kms:CreateGrant', 'kms:GenerateDataKeyWithoutPlaintext'].some(
          action => key && keyLets(key, 'AWSServiceRoleForAutoScaling', action) === false,
        );
        return isRefused
          ? [trouble(resource, ebs.KmsKeyId, `${device} has a key that Auto Scaling may not use`)]
          : [];
      }),
    ),
};
