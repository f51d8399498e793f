import { checkTemplate } from '../../lib/rules/check-template.ts';

/** Resources as somebody who is not CDK would write them, each as good as can be but for what it is given. */
export type Fields = Record<string, unknown>;

/** Ids of the rules that find something, each with the resources it names. */
export function found(Resources: Fields, rest: Fields = {}): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  for (const { rule, resource } of checkTemplate({ Resources, ...rest }))
    result[rule] = [...(result[rule] ?? []), resource];
  return result;
}

export const environment = (compute: Fields = {}, properties: Fields = {}): Fields => ({
  Type: 'AWS::Batch::ComputeEnvironment',
  Properties: {
    Type: 'MANAGED',
    ReplaceComputeEnvironment: false,
    UpdatePolicy: { JobExecutionTimeoutMinutes: 360 },
    ComputeResources: {
      Type: 'EC2',
      AllocationStrategy: 'BEST_FIT_PROGRESSIVE',
      Ec2Configuration: [{ ImageType: 'ECS_AL2023' }],
      InstanceRole: 'ecsInstanceRole',
      InstanceTypes: ['m6i.xlarge'],
      MaxvCpus: 64,
      Subnets: ['subnet-1'],
      SecurityGroupIds: ['sg-1'],
      ...compute,
    },
    ...properties,
  },
});

export const container = (more: Fields = {}): Fields => ({
  Image: 'ghcr.io/lab/tool:1.0',
  ResourceRequirements: [
    { Type: 'MEMORY', Value: '2000' },
    { Type: 'VCPU', Value: '1' },
  ],
  LogConfiguration: { LogDriver: 'awslogs', Options: { 'awslogs-group': 'lab' } },
  ...more,
});

export const job = (more: Fields = {}, properties: Fields = {}): Fields => ({
  Type: 'AWS::Batch::JobDefinition',
  Properties: {
    Type: 'container',
    ContainerProperties: container(more),
    Timeout: { AttemptDurationSeconds: 600 },
    ...properties,
  },
});

export const queue = (...environments: unknown[]): Fields => ({
  Type: 'AWS::Batch::JobQueue',
  Properties: {
    Priority: 1,
    ComputeEnvironmentOrder: environments.map((ComputeEnvironment, Order) => ({ ComputeEnvironment, Order })),
  },
});

export const launch = (data: Fields): Fields => ({
  Type: 'AWS::EC2::LaunchTemplate',
  Properties: { LaunchTemplateName: 'hosts', LaunchTemplateData: data },
});
export const launched = { LaunchTemplate: { LaunchTemplateName: 'hosts', Version: '3' } };
export const memory = (Value: string): Fields => ({
  ResourceRequirements: [
    { Type: 'MEMORY', Value },
    { Type: 'VCPU', Value: '1' },
  ],
});
