import fc from 'fast-check';
import { sdkInventory } from '../../lib/aws/inventory/inventory.ts';
import { isOwnName, isStackMade } from '../../lib/aws/inventory/names.ts';
import { say, scriptedServer } from './wire/scripted-server.ts';

it('whoever may look at nothing finds nothing, and is told every right that it takes', async () => {
  const denied =
    '<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>';
  const deniedJson = '{"__type":"AccessDeniedException","message":"no"}';
  const server = await scriptedServer((request, response) => {
    const isXml = request.text.includes('Version=2016-11-15') || request.method !== 'POST';
    say(403, isXml ? denied : deniedJson, { 'x-amzn-errortype': 'AccessDeniedException' })(request, response);
  });
  try {
    const endpoint = {
      region: 'us-east-1',
      url: server.url,
      credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    };
    const { found, unchecked } = await sdkInventory(endpoint).look('lab', []);
    expect(found).toEqual([]);
    expect(unchecked.map(each => each.why)).toEqual(
      [
        'ec2:DescribeInstances',
        'ec2:DescribeVolumes',
        'ec2:DescribeSnapshots',
        'ec2:DescribeImages',
        'ec2:DescribeNatGateways',
        'ec2:DescribeAddresses',
        'ec2:DescribeVpcEndpoints',
        'ec2:DescribeVpcs',
        'ec2:DescribeLaunchTemplates',
        'batch:DescribeComputeEnvironments',
        'batch:DescribeJobQueues',
        'logs:DescribeLogGroups',
        'ecr:DescribeRepositories and ecr:DescribeImages',
        'tag:GetResources',
        's3:ListAllMyBuckets, s3:ListBucket and tag:GetResources',
        'secretsmanager:ListSecrets',
      ].map(action => `needs ${action}`),
    );
  } finally {
    await server.stop();
  }
});

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}[a-z0-9]$/);
const part = fc.stringMatching(/^[A-Za-z0-9]{1,20}$/);

it('knows a name for which CloudFormation cut the stack’s, and none that is too short to be anybody’s', () => {
  const lab = 'abcdefghijklmnopqrstu';
  for (const cut of ['arraylab-abcdefghijklmnop', `arraylab-${lab}`])
    for (const made of [`${cut}-storageoutput517a053f-x1y2z3`, `/aws/lambda/${cut}-ImagesBuild1A2B-x1y2z3`])
      expect([isStackMade(lab, made), isOwnName(lab, made)]).toEqual([true, true]);
  expect(isStackMade(lab, 'arraylab-abc-storageoutput517a053f-x1y2z3')).toBe(false);
  expect(isStackMade('abcdefghijklmnopqrxyz', 'arraylab-abcdefghijklmnopqrs-logs1-x1y2z3')).toBe(false);
});

it('what CloudFormation names after a lab’s stack is that lab’s, and no other’s', () => {
  fc.assert(
    fc.property(name, name, part, part, (lab, other, logicalId, random) => {
      fc.pre(lab !== other && !other.startsWith(`${lab}-`));
      const made = `arraylab-${lab}-${logicalId}-${random}`;
      expect([isStackMade(lab, made), isOwnName(lab, made)]).toEqual([true, true]);
      expect(isStackMade(lab, made.toLowerCase())).toBe(true);
      expect(isStackMade(other, made) && !lab.startsWith(`${other}-`)).toBe(false);
      // The other direction, for a lab whose name goes on where this one's ends.
      expect(isStackMade(lab, `arraylab-${lab}-more-${logicalId}-${random}`)).toBe(false);
    }),
  );
});
