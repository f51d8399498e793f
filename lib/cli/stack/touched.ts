import { isDeepStrictEqual } from 'node:util';
import { type DeployedResource, type DeployedTemplate, object, references } from './deployed-template.ts';

/** A compute environment whose hosts a deploy replaces or takes away. */
export interface Touched {
  /** Its logical id. */
  readonly environment: string;
  readonly how: 'updated' | 'removed';
  /** What differs: `launch template`, `InstanceTypes`. */
  readonly changes: readonly string[];
  /** Minutes that Batch lets a running job go on before it ends it. */
  readonly graceMinutes: number;
}

const environmentType = 'AWS::Batch::ComputeEnvironment';

/** Settings that Batch changes without a new host. Source: Batch user guide, "Updating compute environments". */
const scaling = new Set(['MinvCpus', 'MaxvCpus', 'DesiredvCpus']);

/** What makes CloudFormation replace a thing that an environment names; other changes happen in place. */
const replacing: Readonly<Record<string, readonly string[]>> = {
  'AWS::EC2::Subnet': ['VpcId', 'CidrBlock', 'AvailabilityZone'],
  'AWS::EC2::SecurityGroup': ['VpcId', 'GroupName', 'GroupDescription'],
  'AWS::EC2::VPC': ['CidrBlock', 'InstanceTenancy'],
  'AWS::IAM::InstanceProfile': ['InstanceProfileName', 'Path'],
  'AWS::EC2::PlacementGroup': ['GroupName', 'Strategy'],
};

/**
 * Which compute environments a deploy of `after` over `before` touches. `isChanged` says whether a parameter that
 * CloudFormation looks up has another value now than at the last deploy.
 */
export function touchedEnvironments(
  before: DeployedTemplate,
  after: DeployedTemplate,
  isChanged: (parameter: string) => boolean,
): readonly Touched[] {
  return Object.entries(before.resources).flatMap(([id, old]): Touched[] => {
    if (old.type !== environmentType) return [];
    const next = after.resources[id];
    if (next?.type !== environmentType)
      return [{ environment: id, how: 'removed', changes: ['is taken away'], graceMinutes: 0 }];
    const changes = [...ownChanges(old, next), ...namedChanges(before, after, old, isChanged)];
    if (changes.length === 0) return [];
    return [{ environment: id, how: 'updated', changes, graceMinutes: graceOf(next) }];
  });
}

/** Settings of the environment itself. Its own tags, state and policy change no host. */
function ownChanges(old: DeployedResource, next: DeployedResource): readonly string[] {
  const [a, b] = [object(old.properties.ComputeResources), object(next.properties.ComputeResources)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter(name => !scaling.has(name) && !isDeepStrictEqual(a[name], b[name]))
    .sort();
}

/** Changes of what the environment names, and of what that names. */
function namedChanges(
  before: DeployedTemplate,
  after: DeployedTemplate,
  environment: DeployedResource,
  isChanged: (parameter: string) => boolean,
): readonly string[] {
  const changes = new Set<string>();
  const seen = new Set<string>();
  const visit = (value: unknown): void => {
    for (const id of references(value)) {
      if (seen.has(id)) continue;
      seen.add(id);
      if (before.ssmParameters[id] !== undefined) {
        if (isChanged(id)) changes.add(before.ssmParameters[id]);
        continue;
      }
      const [old, next] = [before.resources[id], after.resources[id]];
      const change = old && next && changeOf(old, next);
      if (change) changes.add(change);
      if (old && (old.type === 'AWS::EC2::LaunchTemplate' || replacing[old.type])) visit(old.properties);
    }
  };
  visit(environment.properties.ComputeResources);
  return [...changes].sort();
}

function changeOf(old: DeployedResource, next: DeployedResource): string | undefined {
  const kind = old.type.split('::').at(-1)!;
  if (old.type === 'AWS::EC2::LaunchTemplate') {
    // Every change of its data is a new version, which environments follow; tags of the template itself are not data.
    const [a, b] = [object(old.properties.LaunchTemplateData), object(next.properties.LaunchTemplateData)];
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
      name => !isDeepStrictEqual(a[name], b[name]),
    );
    return names.length > 0 ? `${kind} ${names.sort().join(', ')}` : undefined;
  }
  const differs = replacing[old.type]?.some(
    name => !isDeepStrictEqual(old.properties[name], next.properties[name]),
  );
  return differs || old.type !== next.type ? kind : undefined;
}

/** Batch's default is 30 minutes. */
function graceOf(environment: DeployedResource): number {
  const policy = object(environment.properties.UpdatePolicy);
  if (policy.TerminateJobsOnUpdate === true || policy.TerminateJobsOnUpdate === 'true') return 0;
  return Number(policy.JobExecutionTimeoutMinutes ?? 30);
}

/** Logical ids of the environments of a queue. */
export const environmentsOf = (template: DeployedTemplate, queueId: string): ReadonlySet<string> =>
  references(template.resources[queueId]?.properties.ComputeEnvironmentOrder);
