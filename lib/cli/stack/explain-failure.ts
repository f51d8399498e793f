import type { StackResource } from '../../contract/ports/stack.ts';
import type { Problem } from '../../contract/workload/errors.ts';

/** What to do about resources that CloudFormation could not make, change or delete: the failing one, its reason, a fix. */
export function explainFailures(failures: readonly StackResource[], region: string): readonly Problem[] {
  return failures.map(failure => ({
    where: `${failure.logicalId} (${failure.type}${failure.physicalId ? `, ${failure.physicalId.split('/').at(-1)}` : ''})`,
    message: failure.statusReason ?? failure.status,
    fix: fixOf(failure, region),
  }));
}

function fixOf({ type, status, statusReason = '', physicalId = '' }: StackResource, region: string): string {
  const name = physicalId.split('/').at(-1)!;
  for (const [wantedType, pattern, fix] of fixes)
    if (wantedType.test(type) && pattern.test(statusReason)) return fix(name, region);
  return status === 'DELETE_FAILED'
    ? 'run it again; where it fails again, delete it by hand and run it once more'
    : 'mend what the reason says, then deploy again';
}

type Fix = (name: string, region: string) => string;

const fixes: readonly (readonly [type: RegExp, reason: RegExp, fix: Fix])[] = [
  [
    /./,
    /not authorized|AccessDenied|UnauthorizedOperation/i,
    () => 'the identity that deploys lacks this right: use one that has it, then run it again',
  ],
  [
    /./,
    /more than 0 builds|CodeBuild is not open/i,
    () =>
      'a new account has no builds until AWS Support opens CodeBuild for it: ask there, or imageBuild: ‘docker’ in lab.config.ts',
  ],
  [
    /Batch::ComputeEnvironment/,
    /Instance type can only be one of/i,
    () => 'the region lacks one of the pool’s instance types: npx lab doctor names it, and the line to write',
  ],
  [
    /Batch::ComputeEnvironment/,
    /JobQueue relationship|job queue/i,
    () => 'Batch had not finished deleting the queue: run it again in a minute',
  ],
  [
    /Batch::ComputeEnvironment/,
    /INVALID|role|assume/i,
    (name, region) =>
      `the environment cannot end its hosts without its role: aws batch describe-compute-environments --region ${region} --compute-environments ${name} names it (statusReason); make a role of that name again, then run it again`,
  ],
  [
    /Batch::JobQueue/,
    /./,
    (name, region) =>
      `aws batch update-job-queue --region ${region} --job-queue ${name} --state DISABLED, then run it again`,
  ],
  [
    /EC2::(VPC|Subnet|SecurityGroup|InternetGateway|VPCGatewayAttachment)/,
    /depend|in use|mapped public|network interface/i,
    (name, region) =>
      `hosts that had not ended, or something that is not the stack’s, still use the network: run it again in some minutes; where it fails again, aws ec2 describe-network-interfaces --region ${region} --filters "Name=${filterOf(name)},Values=${name}" shows what: delete that`,
  ],
  [/EC2::EIP|EC2::NatGateway/, /./, () => 'give AWS a few minutes to let go of it, then run it again'],
  [
    /IAM::(Role|ManagedPolicy|InstanceProfile)/,
    /detach|attached|instance profile|subordinate|DeleteConflict/i,
    name => `something was attached to ${name} by hand: detach it in IAM, then run it again`,
  ],
  [
    /ECR::Repository/,
    /not empty|contains images/i,
    (name, region) =>
      `aws ecr delete-repository --region ${region} --force --repository-name ${name}, then run it again`,
  ],
  [
    /SecretsManager::Secret/,
    /scheduled for deletion|already exists/i,
    (name, region) =>
      `its name is taken: aws secretsmanager delete-secret --region ${region} --force-delete-without-recovery --secret-id ${name || '<its name>'}, or existingSecret in lab.config.ts`,
  ],
  [
    /./,
    /limit|quota|exceeded/i,
    () => 'a quota of the account is used up: ask for more in Service Quotas, or delete what is not needed',
  ],
];

function filterOf(name: string): string {
  if (name.startsWith('subnet-')) return 'subnet-id';
  return name.startsWith('sg-') ? 'group-id' : 'vpc-id';
}
