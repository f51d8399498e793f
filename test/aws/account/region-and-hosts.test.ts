import { hostState } from '../../../lib/aws/account/host-state.ts';
import { regionState } from '../../../lib/aws/account/region-state.ts';
import { type Answer, awsOfFile, jsonError, queryError } from './fake-aws.ts';

const aws = awsOfFile();

const ec2 = (action: string, body: string): Answer => ({
  body: `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>${body}</${action}Response>`,
});
const ec2Error = (code: string): Answer => ({
  status: 403,
  body: `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors></Response>`,
});

describe('the region', () => {
  const of = (region: string) => regionState({ ...aws.endpoint, region });

  it('is asked about in its partition’s first one: a region that is off refuses every caller', async () => {
    aws.answer = () =>
      ec2(
        'DescribeRegions',
        '<regionInfo><item><regionName>af-south-1</regionName><optInStatus>not-opted-in</optInStatus></item></regionInfo>',
      );
    expect(await of('af-south-1').region()).toBe('not-opted-in');
    expect(aws.seen[0]!.headers.authorization).toContain('/us-east-1/ec2/');
    aws.answer = () => ec2Error('UnauthorizedOperation');
    await expect(of('af-south-1').region()).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  });

  it('has the identity of who asks, and when temporary credentials end', async () => {
    aws.answer = () => ({
      body: '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/a</Arn><UserId>U</UserId><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
    });
    expect(await of('us-east-1').identity()).toEqual({ account: '1', arn: 'arn:aws:iam::1:user/a' });
    const expiration = new Date('2026-11-21T13:00:00Z');
    const credentials = { ...aws.endpoint.credentials, sessionToken: 't', expiration };
    expect(await regionState({ ...aws.endpoint, credentials }).identity()).toMatchObject({
      expiresAt: expiration,
    });
  });

  it('has a bootstrap version or none, a role or none', async () => {
    aws.answer = () => ({ body: { Parameter: { Name: 'n', Value: '27' } } });
    expect(await of('us-east-1').bootstrapVersion('/cdk-bootstrap/mylab1234/version')).toBe(27);
    aws.answer = () => jsonError('ParameterNotFound');
    expect(await of('us-east-1').bootstrapVersion('/cdk-bootstrap/mylab1234/version')).toBeUndefined();
    aws.answer = () => queryError('NoSuchEntity', 404);
    expect(await of('us-east-1').hasRole('AWSServiceRoleForBatch')).toBe(false);
    aws.answer = () => queryError('AccessDenied', 403);
    await expect(of('us-east-1').hasRole('AWSServiceRoleForBatch')).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  it('has the account’s quota, or AWS’s default where nobody changed it', async () => {
    aws.answer = ({ action }) =>
      action === 'GetServiceQuota'
        ? jsonError('NoSuchResourceException')
        : { body: { Quota: { QuotaCode: 'L-1216C47A', Value: 5 } } };
    expect(await of('us-east-1').quota('ec2', 'L-1216C47A')).toBe(5);
    aws.answer = () => jsonError('NoSuchResourceException');
    expect(await of('us-east-1').quota('ec2', 'L-0')).toBeUndefined();
  });

  it('has zones, and those of each service’s interface endpoint, page by page', async () => {
    const service = (name: string, type: string, ...zones: string[]) =>
      `<item><serviceName>${name}</serviceName><serviceType><item><serviceType>${type}</serviceType></item></serviceType><availabilityZoneSet>${zones.map(zone => `<item>${zone}</item>`).join('')}</availabilityZoneSet></item>`;
    aws.answer = ({ action, body }) => {
      if (action === 'DescribeAvailabilityZones')
        return ec2(
          action,
          '<availabilityZoneInfo><item><zoneName>us-east-1a</zoneName><zoneState>available</zoneState></item><item><zoneName>us-east-1e</zoneName><zoneState>unavailable</zoneState></item></availabilityZoneInfo>',
        );
      const page = body.includes('NextToken=t')
        ? service('com.amazonaws.us-east-1.ecs-agent', 'Interface', 'us-east-1a')
        : `${service('com.amazonaws.us-east-1.ecr.api', 'Interface', 'us-east-1a', 'us-east-1b')}${service('com.amazonaws.us-east-1.s3', 'Gateway')}`;
      const next = body.includes('NextToken=t') ? '' : '<nextToken>t</nextToken>';
      return ec2('DescribeVpcEndpointServices', `<serviceDetailSet>${page}</serviceDetailSet>${next}`);
    };
    expect(await of('us-east-1').serviceZones(['ecr.api', 'ecs-agent', 'ecs', 's3'])).toEqual({
      zones: ['us-east-1a'],
      services: { 'ecr.api': ['us-east-1a', 'us-east-1b'], 'ecs-agent': ['us-east-1a'] },
    });
  });

  it('has log policies, page by page', async () => {
    aws.answer = ({ body }) =>
      body.includes('nextToken')
        ? { body: { resourcePolicies: [{ policyName: 'b' }] } }
        : { body: { resourcePolicies: [{ policyName: 'a' }], nextToken: 't' } };
    expect(await of('us-east-1').logPolicies()).toEqual(['a', 'b']);
  });
});

describe('the hosts', () => {
  const hosts = () => hostState(aws.endpoint);

  it('are the instances that carry the lab’s tag, with the group that started them', async () => {
    aws.answer = () =>
      ec2(
        'DescribeInstances',
        '<reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><instanceType>m7g.4xlarge</instanceType><instanceState><name>terminated</name></instanceState><launchTime>2026-11-21T11:00:00.000Z</launchTime><stateReason><code>c</code><message>Client.InstanceInitiatedShutdown</message></stateReason><tagSet><item><key>aws:autoscaling:groupName</key><value>env-1-asg</value></item></tagSet></item></instancesSet></item></reservationSet>',
      );
    expect(await hosts().instances('lab')).toEqual([
      {
        id: 'i-1',
        type: 'm7g.4xlarge',
        state: 'terminated',
        launchedAt: new Date('2026-11-21T11:00:00Z'),
        stateReason: 'Client.InstanceInitiatedShutdown',
        group: 'env-1-asg',
      },
    ]);
    expect(aws.seen[0]!.fields.get('Filter.1.Name')).toBe('tag:arraylab:lab');
    expect(aws.seen[0]!.fields.get('Filter.1.Value.1')).toBe('lab');
  });

  it('give their latest console, or the one that EC2 kept where they give none any more', async () => {
    const output = (text: string) =>
      ec2(
        'GetConsoleOutput',
        `<instanceId>i-1</instanceId><output>${Buffer.from(text).toString('base64')}</output>`,
      );
    aws.answer = ({ fields }) =>
      fields.get('Latest') === 'true' ? ec2Error('UnsupportedOperation') : output('kept\nlines');
    expect(await hosts().console('i-1')).toBe('kept\nlines');
    aws.answer = ({ fields }) => output(fields.get('Latest') === 'true' ? 'latest' : 'kept');
    expect(await hosts().console('i-1')).toBe('latest');
    aws.answer = () => ec2Error('UnauthorizedOperation');
    await expect(hosts().console('i-1')).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  });

  it('that joined are those of the cluster', async () => {
    aws.answer = ({ action }) =>
      action === 'ListContainerInstances'
        ? { body: { containerInstanceArns: ['arn:1'] } }
        : {
            body: {
              containerInstances: [
                {
                  ec2InstanceId: 'i-1',
                  agentConnected: true,
                  status: 'ACTIVE',
                  runningTasksCount: 2,
                  pendingTasksCount: 1,
                },
              ],
            },
          };
    expect(await hosts().joined('arn:cluster')).toEqual([
      { instanceId: 'i-1', connected: true, status: 'ACTIVE', tasks: 3 },
    ]);
  });

  it('have the scratch volume of their template’s version', async () => {
    aws.answer = () =>
      ec2(
        'DescribeLaunchTemplateVersions',
        '<launchTemplateVersionSet><item><launchTemplateData><blockDeviceMappingSet><item><deviceName>/dev/xvda</deviceName><ebs><volumeSize>100</volumeSize></ebs></item><item><deviceName>/dev/xvdb</deviceName><ebs><volumeSize>200</volumeSize></ebs></item></blockDeviceMappingSet></launchTemplateData></item></launchTemplateVersionSet>',
      );
    expect(await hosts().volume({ id: 'lt-1', version: '7' }, '/dev/xvdb')).toBe(200);
    expect(aws.seen[0]!.fields.get('LaunchTemplateId')).toBe('lt-1');
    expect(await hosts().volume({ id: 'by-name', version: '$Default' }, '/dev/xvdz')).toBeUndefined();
    expect(aws.seen[1]!.fields.get('LaunchTemplateName')).toBe('by-name');
  });
});
