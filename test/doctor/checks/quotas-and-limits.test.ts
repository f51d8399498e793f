import { batchCounts } from '../../../lib/doctor/checks/batch-counts.ts';
import { endpointZones } from '../../../lib/doctor/checks/endpoint-zones.ts';
import { instanceTypes } from '../../../lib/doctor/checks/instance-types.ts';
import { logPolicies } from '../../../lib/doctor/checks/log-policies.ts';
import { networkCounts } from '../../../lib/doctor/checks/network-counts.ts';
import { quotas } from '../../../lib/doctor/checks/quotas.ts';
import { serviceRoles } from '../../../lib/doctor/checks/service-roles.ts';
import { stoppedHosts } from '../../../lib/doctor/checks/stopped-hosts.ts';
import { configInput, environment, findings, scopeOf } from '../fake-account.ts';

const spot = scopeOf({
  ...configInput,
  workloads: { rapidtide: { datasets: { '/data_in': 'hcp' }, pools: ['arm64-spot'] } },
});

describe('quotas', () => {
  it('that let not one host start fail, with the command that asks for enough', async () => {
    expect((await findings(quotas, { quota: async () => 5 }))[0]).toEqual({
      outcome: 'fail',
      text: 'standard on-demand: 5 vCPUs at once, and the smallest host of arm64-ondemand has 8: no job can start',
      fix: 'aws service-quotas request-service-quota-increase --region us-east-1 --service-code ec2 --quota-code L-1216C47A --desired-value 64',
    });
  });

  it('below what the pools may grow to are a warning; of spot they have a code of their own', async () => {
    const asked: string[] = [];
    const quota = async (service: string, code: string) => {
      asked.push(`${service} ${code}`);
      return 32;
    };
    expect((await findings(quotas, { quota }, spot))[0]!.outcome).toBe('warn');
    expect(asked).toEqual(['ec2 L-34B43A08']);
  });

  it('of pools that share one are added up, and X hosts have their own', async () => {
    const input = {
      ...configInput,
      pools: {
        'arm64-ondemand': { maxvCpus: 64 },
        'x86-ondemand': { maxvCpus: 100 },
        big: { architecture: 'x86_64' as const, instanceTypes: ['x2idn.16xlarge'], maxvCpus: 64 },
      },
      workloads: {
        rapidtide: { datasets: { '/data_in': 'hcp' }, pools: ['arm64-ondemand', 'x86-ondemand', 'big'] },
      },
    };
    const values: Record<string, number> = { 'L-1216C47A': 150, 'L-7295265B': 0 };
    const found = await findings(quotas, { quota: async (_, code) => values[code] }, scopeOf(input));
    expect(found.map(each => [each.outcome, each.fix?.split(' ').at(-1)])).toEqual([
      ['warn', '164'],
      ['fail', '64'],
    ]);
  });

  it('of a pool that spills are asked for in both markets', async () => {
    const input = { ...configInput, pools: { 'arm64-spot': { spillToOnDemand: true, maxvCpus: 64 } } };
    const asked: string[] = [];
    const quota = async (_: string, code: string) => {
      asked.push(code);
      return 64;
    };
    await findings(quotas, { quota }, scopeOf(input, { pools: ['arm64-spot'] }));
    expect(asked).toEqual(['L-34B43A08', 'L-1216C47A']);
  });

  it('that the region does not have are not checked', async () => {
    expect((await findings(quotas, { quota: async () => undefined }))[0]!.outcome).toBe('unchecked');
  });
});

it('instance types: one that the region lacks is a failure, with the line to write', async () => {
  expect((await findings(instanceTypes, { offered: async types => types.slice(0, 2) }))[0]).toMatchObject({
    outcome: 'fail',
    text: expect.stringContaining('Batch refuses the whole environment'),
    fix: "pools: { 'arm64-ondemand': { instanceTypes: ['m7g.4xlarge', 'm6g.4xlarge'] } } in lab.config.ts",
  });
  expect((await findings(instanceTypes, { offered: async () => [] }))[0]!.outcome).toBe('fail');
});

it('batch limits: a lab that finds no room fails, a deployed one near the limit is warned', async () => {
  const full = { queueCount: async () => 50 };
  expect((await findings(batchCounts, full))[0]!.outcome).toBe('warn');
  expect((await findings(batchCounts, { ...full, stack: async () => undefined }))[0]!.outcome).toBe('fail');
});

it('batch limits: a pool that spills has two environments', async () => {
  const input = { ...configInput, pools: { 'arm64-spot': { spillToOnDemand: true } } };
  const scope = scopeOf(input, { pools: ['arm64-spot'] });
  const nearly = { queueCount: async () => 48, environments: async () => Array(49).fill(environment) };
  expect((await findings(batchCounts, { ...nearly, stack: async () => undefined }, scope))[0]).toMatchObject({
    outcome: 'fail',
    text: expect.stringContaining('the lab needs 1 and 2'),
  });
});

it('network limits: no room for the lab’s VPC, or its NAT gateway’s address, fails before the first deploy', async () => {
  const none = { stack: async () => undefined, quota: async () => 5 };
  const five = { ...none, networkCounts: async () => ({ vpcs: 5, addresses: 5 }) };
  expect(await findings(networkCounts, five)).toMatchObject([
    {
      outcome: 'fail',
      fix: expect.stringContaining('--service-code vpc --quota-code L-F678F1CE --desired-value 6'),
    },
  ]);
  const nat = scopeOf({ ...configInput, network: 'private-nat' });
  expect((await findings(networkCounts, five, nat)).map(each => each.outcome)).toEqual(['fail', 'fail']);
  expect((await findings(networkCounts, { quota: async () => 5 }, nat)).map(each => each.outcome)).toEqual([
    'ok',
    'ok',
  ]);
  const theirs = scopeOf({ ...configInput, network: { vpc: 'vpc-12345678', subnets: ['subnet-12345678'] } });
  expect(await findings(networkCounts, five, theirs)).toEqual([
    { outcome: 'ok', text: 'there is nothing to look at' },
  ]);
});

it('service roles: a missing one fails where the stack is deployed, and Spot’s is asked for by spot pools alone', async () => {
  const hasRole = async (name: string) => name !== 'AWSServiceRoleForEC2Spot';
  expect((await findings(serviceRoles, { hasRole }))[0]).toEqual({
    outcome: 'ok',
    text: 'Batch, ECS, AutoScaling',
  });
  expect((await findings(serviceRoles, { hasRole }, spot))[0]).toMatchObject({
    outcome: 'warn',
    fix: 'aws iam create-service-linked-role --aws-service-name spot.amazonaws.com',
  });
  const none = { hasRole: async () => false };
  expect((await findings(serviceRoles, none)).map(each => each.outcome)).toEqual(['fail', 'fail', 'fail']);
  expect((await findings(serviceRoles, { ...none, stack: async () => undefined }))[0]!.outcome).toBe('warn');
});

it('log policies: no room before the first deploy fails, and so does one of the stack’s that is gone', async () => {
  const ten = { logPolicies: async () => [...'0123456789'] };
  expect((await findings(logPolicies, { ...ten, stack: async () => undefined }))[0]!.outcome).toBe('fail');
  expect((await findings(logPolicies, { logPolicies: async () => ['other'] }))[0]!.text).toContain(
    'events is gone',
  );
  expect(
    (await findings(logPolicies, { logPolicies: async () => ['events', ...'12345678'] }))[0]!.outcome,
  ).toBe('warn');
});

it('endpoints of services that the first two zones lack fail before a deploy does', async () => {
  const isolated = scopeOf({ ...configInput, network: 'private-endpoints' });
  expect(await findings(endpointZones, {}, isolated)).toEqual([
    { outcome: 'ok', text: 'us-east-1a, us-east-1b have all of them' },
  ]);
  const fix = "network: 'private-nat', or { vpc, subnets } of zones that have all of them, in lab.config.ts";
  const serviceZones = async (services: readonly string[]) => ({
    zones: ['us-east-1c', 'us-east-1b', 'us-east-1a'],
    services: Object.fromEntries(
      services
        .filter(each => each !== 'batch')
        .map(each => [
          each,
          each === 'ecs-agent' ? ['us-east-1a', 'us-east-1c'] : ['us-east-1a', 'us-east-1b'],
        ]),
    ),
  });
  expect(await findings(endpointZones, { serviceZones }, isolated)).toEqual([
    { outcome: 'fail', text: 'there is no endpoint of ecs-agent in us-east-1b', fix },
    { outcome: 'fail', text: 'us-east-1 has no endpoint of batch', fix },
  ]);
  expect((await findings(endpointZones, { serviceZones })).map(each => each.outcome)).toEqual(['ok']);
});

it('a host that is stopped, and not ended, is told with what ends it: its volumes cost', async () => {
  expect(await findings(stoppedHosts, {})).toEqual([{ outcome: 'ok', text: 'none' }]);
  const host = (id: string, state: string) => ({
    id,
    type: 'm7g.4xlarge',
    state,
    stateReason: 'Client.InstanceInitiatedShutdown',
  });
  const instances = async () => [
    host('i-1', 'stopped'),
    host('i-2', 'running'),
    host('i-3', 'terminated'),
    host('i-4', 'stopped'),
  ];
  expect(await findings(stoppedHosts, { instances })).toEqual([
    {
      outcome: 'warn',
      text: '2 of the lab’s hosts are stopped, and their volumes paid for: Client.InstanceInitiatedShutdown',
      fix: 'aws ec2 terminate-instances --instance-ids i-1 i-4',
    },
  ]);
});
