import { type Mutation, remove, set } from './changes.ts';
import type { Fields, Parts } from './parts.ts';

/** Jobs of Fargate's, beside what the default template has; each broken in one way, which one rule tells. */
export const fargateMutations: readonly Mutation[] = [
  {
    title: 'a pair of vCPUs and memory that Fargate has not',
    rule: 'fargate-size',
    mutate: p => onFargate(p, { vcpus: '0.25', memory: '4096' }),
  },
  {
    title: 'Fargate in public subnets without an address',
    rule: 'fargate-public-ip',
    mutate: p => remove(onFargate(p, {}), 'NetworkConfiguration'),
  },
  {
    title: 'Fargate without an execution role',
    rule: 'fargate-execution-role',
    mutate: p => remove(onFargate(p, {}), 'ExecutionRoleArn'),
  },
];

/** A job of Fargate's beside the lab's, with nothing wrong but what is asked for; its container. */
function onFargate(p: Parts, { vcpus = '1', memory = '2048' }: { vcpus?: string; memory?: string }): Fields {
  const { Image, LogConfiguration, ExecutionRoleArn } = p.container as Fields;
  const container: Fields = {
    Image,
    LogConfiguration,
    ExecutionRoleArn,
    NetworkConfiguration: { AssignPublicIp: 'ENABLED' },
    ResourceRequirements: [
      { Type: 'VCPU', Value: vcpus },
      { Type: 'MEMORY', Value: memory },
    ],
  };
  set(p.resources, {
    FargateHosts: {
      Type: 'AWS::Batch::ComputeEnvironment',
      Properties: {
        Type: 'MANAGED',
        ComputeResources: { Type: 'FARGATE', MaxvCpus: 8, Subnets: p.compute.Subnets },
      },
    },
    FargateJob: {
      Type: 'AWS::Batch::JobDefinition',
      Properties: {
        Type: 'container',
        PlatformCapabilities: ['FARGATE'],
        ContainerProperties: container,
        Timeout: { AttemptDurationSeconds: 600 },
      },
    },
  });
  return container;
}
