import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/**
 * The lab's own key, of a lab that is held to a pack. It stays when the stack goes: without it what stays in the output
 * bucket and in logs could never be read again.
 *
 * The account's IAM decides who uses it (KMS's default statement); beside that, two of AWS's services use it by
 * themselves:
 * - CloudWatch Logs, for this stack's log groups alone (docs.aws.amazon.com/AmazonCloudWatch "Encrypt log data").
 * - EC2 for volumes of hosts that Auto Scaling and Spot start: without it instances die with Client.InternalError
 *   while jobs stay RUNNABLE (docs.aws.amazon.com/autoscaling "Required KMS key policy for use with encrypted volumes").
 *   The roles are named by a condition and not as principals, for KMS refuses a policy whose principal is not there
 *   yet, and in a new account AWS makes these roles with the first host.
 */
export function labKey(scope: Construct, id: string, lab: string): Key {
  const key = new Key(scope, id, {
    description: `Arraylab, lab ${lab}: outputs, secrets, logs, volumes`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'LogGroupsOfThisStack',
      principals: [new ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
      actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:${Aws.STACK_NAME}-*`,
        },
      },
    }),
  );
  const startsHosts = {
    StringEquals: { 'kms:CallerAccount': Aws.ACCOUNT_ID },
    ArnEquals: { 'aws:PrincipalArn': hostStarters },
  };
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'VolumesOfHosts',
      principals: [new AnyPrincipal()],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: startsHosts,
    }),
  );
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'VolumesStayAttached',
      principals: [new AnyPrincipal()],
      actions: ['kms:CreateGrant'],
      resources: ['*'],
      conditions: { ...startsHosts, Bool: { 'kms:GrantIsForAWSResource': true } },
    }),
  );
  return key;
}

const serviceRole = (path: string): string =>
  `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/aws-service-role/${path}`;

/** Service-linked roles that start a pool's hosts, on demand and on Spot. */
const hostStarters = [
  serviceRole('autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling'),
  serviceRole('spot.amazonaws.com/AWSServiceRoleForEC2Spot'),
  serviceRole('spotfleet.amazonaws.com/AWSServiceRoleForEC2SpotFleet'),
  serviceRole('ec2fleet.amazonaws.com/AWSServiceRoleForEC2Fleet'),
  serviceRole('batch.amazonaws.com/AWSServiceRoleForBatch'),
];
