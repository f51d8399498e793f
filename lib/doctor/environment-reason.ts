/** What a person does about a compute environment's or queue's status reason, or undefined for an unknown one. */
export const fixReason = (reason: string): string | undefined =>
  fixes.find(([pattern]) => pattern.test(reason))?.[1];

const redeploy = 'npm run deploy';

/** Source of the texts: docs.aws.amazon.com/batch, invalid_compute_environment, and the issues that quote them. */
const fixes: readonly (readonly [RegExp, string])[] = [
  [
    /UserData is not MIME/i,
    'the launch template’s user data wants MIME multipart: npm run deploy brings Arraylab’s own back',
  ],
  [
    /(service-linked role|AWSServiceRoleForBatch|sts:AssumeRole|assume.*role|serviceRole)/i,
    'aws iam create-service-linked-role --aws-service-name batch.amazonaws.com, then npm run deploy',
  ],
  [
    /spot ?fleet|spotIamFleetRole/i,
    'aws iam create-service-linked-role --aws-service-name spot.amazonaws.com',
  ],
  [
    /(instance ?profile|instanceRole)/i,
    'the instance profile is gone: npm run deploy (npm run destroy first where the stack still names it)',
  ],
  [
    /(image|AMI).*(not exist|not found|not authorized|Malformed|deprecated)|InvalidAMI/i,
    'the pool’s image is gone or not shared with this account: name another in lab.config.ts, then npm run deploy',
  ],
  [/launch template/i, 'the launch template was changed or deleted by hand: npm run deploy makes it anew'],
  [
    /(VcpuLimitExceeded|MaxSpotInstanceCountExceeded|limit exceeded|quota)/i,
    'lab doctor’s quotas line has the command that asks for more vCPUs',
  ],
  [
    /(subnet|security group).*(not exist|not found|invalid)|InvalidSubnet|InvalidGroup/i,
    'the network was changed by hand: npm run destroy, then npm run deploy',
  ],
  [
    /(UnauthorizedOperation|not authorized|AccessDenied)/i,
    'an organization’s policy forbids Batch what it needs: ask whoever manages the account',
  ],
  [
    /(KMS|Client\.InternalError|InternalError: Client)/i,
    'the hosts’ volumes want a key that Auto Scaling may not use: allow it in the key’s policy',
  ],
  [/INTERNAL_ERROR|Internal Error/i, 'AWS’s own fault: wait a while, then npm run deploy'],
  [/CLIENT_ERROR/i, redeploy],
];
