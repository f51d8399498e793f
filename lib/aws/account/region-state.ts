import { CloudWatchLogsClient, DescribeResourcePoliciesCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeRegionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Account, Identity, NetworkCounts, RegionState } from '../../contract/ports/account.ts';
import type { Endpoint } from '../endpoint.ts';
import { addresses, vpcs } from '../read/network.ts';
import { readParameter } from '../read/parameters.ts';
import { unless } from '../read/unless.ts';
import { offeredTypes } from './offered-types.ts';
import { readingConfig } from './reading.ts';
import { serviceZones } from './service-zones.ts';

type RegionPart = Pick<
  Account,
  | 'identity'
  | 'region'
  | 'offered'
  | 'networkCounts'
  | 'serviceZones'
  | 'bootstrapVersion'
  | 'quota'
  | 'hasRole'
  | 'logPolicies'
>;

/** Who asks, and what the region and the account have before any lab is in it. */
export function regionState(endpoint: Endpoint): RegionPart {
  const config = readingConfig(endpoint);
  // A region that is not turned on refuses every caller: its partition's first region is asked about it.
  const home = readingConfig({ ...endpoint, region: homeRegion(endpoint.region) });
  const ec2 = new EC2Client(config);
  const homeEc2 = new EC2Client(home);
  const ssm = new SSMClient(config);
  const quotas = new ServiceQuotasClient(config);
  const iam = new IAMClient(config);
  const logs = new CloudWatchLogsClient(config);
  return {
    identity: () => identity(new STSClient(home)),
    region: () => optedIn(homeEc2, endpoint.region),
    offered: offeredTypes(endpoint),
    networkCounts: () => networkCounts(ec2),
    serviceZones: services => serviceZones(ec2, services),
    async bootstrapVersion(name) {
      const value = await readParameter(ssm, name);
      return value === undefined ? undefined : Number(value);
    },
    quota: (service, code) => quotaValue(quotas, service, code),
    async hasRole(name) {
      const call = iam.send(new GetRoleCommand({ RoleName: name }));
      return (await unless(call, ['NoSuchEntityException', 'NoSuchEntity'])) !== undefined;
    },
    logPolicies: () => policyNames(logs),
  };
}

/** The region of a partition that no account has to turn on. */
function homeRegion(region: string): string {
  if (region.startsWith('cn-')) return 'cn-north-1';
  if (region.startsWith('us-gov-')) return 'us-gov-west-1';
  return region.startsWith('eusc-') ? 'eusc-de-east-1' : 'us-east-1';
}

async function identity(sts: STSClient): Promise<Identity> {
  const answer = await sts.send(new GetCallerIdentityCommand({}));
  const { expiration } = await sts.config.credentials();
  return {
    account: answer.Account ?? '',
    arn: answer.Arn ?? '',
    ...(expiration ? { expiresAt: expiration } : {}),
  };
}

async function optedIn(ec2: EC2Client, region: string): Promise<RegionState> {
  const call = ec2.send(new DescribeRegionsCommand({ AllRegions: true, RegionNames: [region] }));
  const answer = await unless(call, ['InvalidParameterValue']);
  const status = answer?.Regions?.[0]?.OptInStatus;
  if (status === undefined) return 'unknown';
  return status === 'not-opted-in' ? 'not-opted-in' : 'enabled';
}

/** The account's own value, or AWS's default where nobody ever changed it. */
async function quotaValue(
  client: ServiceQuotasClient,
  ServiceCode: string,
  QuotaCode: string,
): Promise<number | undefined> {
  const none = ['NoSuchResourceException'];
  const own = client.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode }));
  const found = await unless(own, none);
  if (found) return found.Quota?.Value;
  const usual = client.send(new GetAWSDefaultServiceQuotaCommand({ ServiceCode, QuotaCode }));
  return (await unless(usual, none))?.Quota?.Value;
}

async function policyNames(client: CloudWatchLogsClient): Promise<readonly string[]> {
  const names: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(new DescribeResourcePoliciesCommand({ limit: 50, nextToken }));
    names.push(...(page.resourcePolicies ?? []).flatMap(each => each.policyName ?? []));
    nextToken = page.nextToken;
  } while (nextToken);
  return names;
}

async function networkCounts(client: EC2Client): Promise<NetworkCounts> {
  return { vpcs: (await vpcs(client)).length, addresses: (await addresses(client)).length };
}
