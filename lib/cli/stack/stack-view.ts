import type { BucketSize, LabInventory, StackResource, Stacks } from '../../contract/ports/stack.ts';
import { bytesText } from '../output/output.ts';
import { type DeployedTemplate, readDeployedTemplate } from './deployed-template.ts';

/** What of a deployed stack goes with it, and what stays. */
export interface StackView {
  readonly goes: readonly StackResource[];
  readonly stays: readonly StackResource[];
  readonly template: DeployedTemplate;
}

export async function readStackView(stacks: Stacks, nameOrId: string): Promise<StackView> {
  const [resources, json] = await Promise.all([stacks.resources(nameOrId), stacks.template(nameOrId)]);
  const template = readDeployedTemplate(json);
  const there = resources.filter(each => each.status !== 'DELETE_COMPLETE');
  const isKept = (each: StackResource): boolean => template.resources[each.logicalId]?.isKept ?? false;
  return {
    goes: there.filter(each => !isKept(each)),
    // A bucket's policy stays with its bucket and is no news.
    stays: there.filter(each => isKept(each) && each.type !== 'AWS::S3::BucketPolicy'),
    template,
  };
}

export const ofType = (resources: readonly StackResource[], type: string): readonly StackResource[] =>
  resources.filter(each => each.type === type && each.physicalId !== undefined);

/** `2 compute environments, 3 roles, 1 VPC`, the most telling first. */
export function summarize(resources: readonly StackResource[]): string {
  const counts = new Map<string, number>();
  for (const { type } of resources) counts.set(type, (counts.get(type) ?? 0) + 1);
  const told = [...counts].filter(([type]) => nouns[type]);
  told.sort(([a], [b]) => Object.keys(nouns).indexOf(a) - Object.keys(nouns).indexOf(b));
  const others = resources.length - told.reduce((sum, [, count]) => sum + count, 0);
  return [
    ...told.map(([type, count]) => `${count} ${nouns[type]![count === 1 ? 0 : 1]}`),
    ...(others > 0 ? [`${others} smaller ${others === 1 ? 'thing' : 'things'}`] : []),
  ].join(', ');
}

const nouns: Readonly<Record<string, readonly [string, string]>> = {
  'AWS::Batch::JobQueue': ['queue', 'queues'],
  'AWS::Batch::ComputeEnvironment': ['compute environment', 'compute environments'],
  'AWS::Batch::JobDefinition': ['job definition', 'job definitions'],
  'AWS::EC2::LaunchTemplate': ['launch template', 'launch templates'],
  'AWS::EC2::VPC': ['VPC', 'VPCs'],
  'AWS::EC2::NatGateway': ['NAT gateway', 'NAT gateways'],
  'AWS::EC2::VPCEndpoint': ['VPC endpoint', 'VPC endpoints'],
  'AWS::SecretsManager::Secret': ['secret', 'secrets'],
  'AWS::IAM::Role': ['role', 'roles'],
  'AWS::Logs::LogGroup': ['log group', 'log groups'],
  'AWS::ECR::Repository': ['image repository', 'image repositories'],
  'AWS::CodeBuild::Project': ['build project', 'build projects'],
};

/** `1,204 objects, 3.4 TB`; empty where it cannot be read. */
export async function sizeText(inventory: LabInventory, bucket: string): Promise<string> {
  try {
    return bucketSizeText(await inventory.measure(bucket));
  } catch {
    return '';
  }
}

export const bucketSizeText = ({ objects, bytes, more }: BucketSize): string =>
  objects === 0
    ? 'empty'
    : `${more ? 'more than ' : ''}${objects.toLocaleString('en-US')} ${objects === 1 ? 'object' : 'objects'}, ${bytesText(bytes)}`;

/** Prefixes under which a pull-through cache of this stack makes repositories that no stack holds. */
export const cachePrefixes = (template: DeployedTemplate): readonly string[] =>
  Object.values(template.resources).flatMap(({ type, properties }) =>
    type === 'AWS::ECR::PullThroughCacheRule' && typeof properties.EcrRepositoryPrefix === 'string'
      ? [properties.EcrRepositoryPrefix]
      : [],
  );
