import { LabError } from '../../contract/workload/errors.ts';
import type { BucketSettings } from '../s3/disk/settings.ts';
import { bucketSettings, withoutEffect } from './bucket-settings.ts';
import { type EventRule, eventRule } from './event-rule.ts';
import { resolve, type Symbols } from './intrinsics.ts';
import { type StackRights, stackRights } from './policies.ts';
import { nameOf, type Properties, symbolsOf, type TwinResource } from './symbols.ts';

/** What the twin takes from a synthesized template. Field names are the API's. */
export interface TwinStack {
  readonly stackName: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly buckets: readonly { readonly name: string; readonly settings: BucketSettings }[];
  readonly secrets: readonly {
    readonly name: string;
    readonly arn: string;
    readonly value: string;
    /** ARN of the account's own key that it is encrypted with. */
    readonly keyArn?: string;
  }[];
  readonly queues: readonly Queue[];
  readonly computeEnvironments: readonly ComputeEnvironment[];
  readonly jobDefinitions: readonly JobDefinition[];
  /** Where Batch's state changes are written to. */
  readonly eventRules: readonly EventRule[];
  readonly rights: StackRights;
}

export interface Queue {
  readonly name: string;
  readonly arn: string;
  readonly state: string;
  readonly priority: number;
  /** ARNs, in order. */
  readonly computeEnvironments: readonly string[];
  /** What ends a job that is stuck RUNNABLE for a reason. */
  readonly timeLimits?: readonly { readonly reason: string; readonly maxTimeSeconds: number }[];
}

export interface ComputeEnvironment {
  readonly name: string;
  readonly arn: string;
  readonly state: string;
  readonly instanceTypes: readonly string[];
  readonly maxvCpus: number;
  readonly isSpot?: boolean;
}

export interface JobDefinition {
  readonly name: string;
  readonly arn: string;
  readonly revision: number;
  readonly workload: string;
  /** Relative to the project. */
  readonly bundle: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly image: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Of a multi-node parallel job: how many nodes, all of them alike. */
  readonly nodes?: number;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly timeoutSeconds?: number;
  readonly attempts: number;
  readonly evaluateOnExit: readonly Readonly<Record<string, string>>[];
  readonly logGroup: string;
  readonly streamPrefix: string;
  readonly privileged: boolean;
  /** ARN of the role that its jobs have; without one they have no keys. */
  readonly jobRole?: string;
}

/** Reads a template as `cdk synth` writes it. Throws where a value that the twin needs is no listed intrinsic. */
export function readTwinStack(
  template: object,
  home: { readonly region: string; readonly account: string; readonly stackName?: string },
): TwinStack {
  const { Resources = {}, Outputs = {} } = template as {
    Resources?: Record<string, TwinResource>;
    Outputs?: Record<string, { Value: unknown }>;
  };
  const stackName = home.stackName ?? stackNameOf(Resources);
  const symbols = symbolsOf(Resources, stackName, home);
  const ofType = (type: string): [string, Properties, TwinResource][] =>
    Object.entries(Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([id, resource]) => [id, resource.Properties ?? {}, resource]);
  const get = (id: string, properties: Properties, name: string): unknown =>
    resolve(properties[name], symbols, `${id}.${name}`);

  return {
    stackName,
    outputs: Object.fromEntries(
      Object.entries(Outputs).flatMap(([name, output]) => outputOf(name, output.Value, symbols)),
    ),
    buckets: ofType('AWS::S3::Bucket').map(([id, properties]) => ({
      name: symbols.ref(id)!,
      settings: bucketSettings(id, resolveBucket(id, properties, symbols)),
    })),
    secrets: ofType('AWS::SecretsManager::Secret').map(([id, properties]) => ({
      name: nameOf(id, properties, stackName, symbols),
      arn: symbols.ref(id)!,
      value: String(get(id, properties, 'SecretString') ?? ''),
      ...(properties.KmsKeyId === undefined ? {} : { keyArn: String(get(id, properties, 'KmsKeyId')) }),
    })),
    queues: ofType('AWS::Batch::JobQueue').map(([id, properties]) => ({
      name: nameOf(id, properties, stackName, symbols),
      arn: symbols.ref(id)!,
      state: String(properties.State ?? 'ENABLED').toUpperCase(),
      priority: Number(properties.Priority ?? 1),
      computeEnvironments: (
        get(id, properties, 'ComputeEnvironmentOrder') as { ComputeEnvironment: string; Order: number }[]
      )
        .toSorted((a, b) => a.Order - b.Order)
        .map(order => order.ComputeEnvironment),
      ...timeLimits(properties.JobStateTimeLimitActions),
    })),
    computeEnvironments: ofType('AWS::Batch::ComputeEnvironment').map(([id, properties]) => {
      const compute = properties.ComputeResources as Properties;
      return {
        name: nameOf(id, properties, stackName, symbols),
        arn: symbols.ref(id)!,
        state: String(properties.State ?? 'ENABLED').toUpperCase(),
        instanceTypes: (compute.InstanceTypes as string[] | undefined) ?? [],
        maxvCpus: Number(compute.MaxvCpus ?? 256),
        ...(String(compute.Type).toUpperCase() === 'SPOT' ? { isSpot: true } : {}),
      };
    }),
    jobDefinitions: ofType('AWS::Batch::JobDefinition').flatMap(([id, properties, resource]) => {
      const own = resource.Metadata?.Arraylab as { Workload: string; Bundle: string } | undefined;
      return own ? [jobDefinition(id, properties, own, stackName, symbols)] : [];
    }),
    eventRules: ofType('AWS::Events::Rule').flatMap(([id, properties]) => eventRule(id, properties, symbols)),
    rights: stackRights(Resources, symbols),
  };
}

/** A value that is of no matter to the twin need not be known to it. */
function resolveBucket(id: string, properties: Properties, symbols: Symbols): Properties {
  const used = Object.entries(properties).map(([name, value]) => [
    name,
    withoutEffect.includes(name) ? value : resolve(value, symbols, `${id}.${name}`),
  ]);
  return Object.fromEntries(used.filter(([, value]) => value !== undefined)) as Properties;
}

function timeLimits(given: unknown): Pick<Queue, 'timeLimits'> {
  if (given === undefined) return {};
  const actions = given as { Reason: string; MaxTimeSeconds: number }[];
  return {
    timeLimits: actions.map(each => ({ reason: each.Reason, maxTimeSeconds: each.MaxTimeSeconds })),
  };
}

function jobDefinition(
  id: string,
  properties: Properties,
  own: { Workload: string; Bundle: string },
  stackName: string,
  symbols: Symbols,
): JobDefinition {
  const { container, nodes } = containerOf(id, properties);
  const get = (name: string): unknown =>
    resolve(container[name], symbols, `${id}.ContainerProperties.${name}`);
  const requirement = (type: string): number =>
    Number(
      ((get('ResourceRequirements') ?? []) as { Type: string; Value: string }[]).find(
        each => each.Type === type,
      )?.Value ?? 0,
    );
  const retry = (properties.RetryStrategy ?? {}) as {
    Attempts?: number;
    EvaluateOnExit?: Record<string, string>[];
  };
  const log = (get('LogConfiguration') as { Options?: Record<string, string> } | undefined)?.Options ?? {};
  const timeout = (properties.Timeout as { AttemptDurationSeconds?: number } | undefined)
    ?.AttemptDurationSeconds;
  const name = nameOf(id, properties, stackName, symbols);
  return {
    name,
    arn: symbols.ref(id)!,
    revision: 1,
    workload: own.Workload,
    bundle: own.Bundle,
    parameters:
      (resolve(properties.Parameters, symbols, `${id}.Parameters`) as Record<string, string> | undefined) ??
      {},
    // Where an image is to be found plays no part here: its entrypoint's bundle is what runs.
    image: typeof container.Image === 'string' ? container.Image : 'twin',
    command: (get('Command') as string[] | undefined) ?? [],
    environment: Object.fromEntries(
      ((get('Environment') as { Name: string; Value: string }[] | undefined) ?? []).map(each => [
        each.Name,
        each.Value,
      ]),
    ),
    ...(nodes === undefined ? {} : { nodes }),
    vcpus: requirement('VCPU'),
    memoryMiB: requirement('MEMORY'),
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
    attempts: retry.Attempts ?? 1,
    evaluateOnExit: (retry.EvaluateOnExit ?? []).map(rule =>
      Object.fromEntries(
        Object.entries(rule).map(([key, value]) => [key[0]!.toLowerCase() + key.slice(1), value]),
      ),
    ),
    logGroup: log['awslogs-group'] ?? '/aws/batch/job',
    streamPrefix: log['awslogs-stream-prefix'] ?? name,
    privileged: container.Privileged === true,
    ...(container.JobRoleArn === undefined ? {} : { jobRole: String(get('JobRoleArn')) }),
  };
}

function containerOf(id: string, properties: Properties): { container: Properties; nodes?: number } {
  if (properties.ContainerProperties) return { container: properties.ContainerProperties as Properties };
  const { NumNodes, NodeRangeProperties = [] } = (properties.NodeProperties ?? {}) as {
    NumNodes?: number;
    NodeRangeProperties?: { TargetNodes: string; Container?: Properties }[];
  };
  const [range, ...more] = NodeRangeProperties;
  if (range?.Container && range.TargetNodes === '0:' && more.length === 0)
    return { container: range.Container, nodes: Number(NumNodes) };
  throw new LabError({
    where: `template ${id}`,
    message:
      'the twin runs job definitions with ContainerProperties, or NodeProperties of one range 0: with a Container',
    fix: 'define the job with an ECS container (EcsEc2ContainerDefinition)',
  });
}

/** Outputs that stand for something the twin does not have (a VPC's id) are left out; the others are what a stack answers. */
function outputOf(name: string, value: unknown, symbols: Symbols): [string, string][] {
  try {
    return [[name, String(resolve(value, symbols, `Outputs.${name}`))]];
  } catch {
    return [];
  }
}

function stackNameOf(resources: Record<string, TwinResource>): string {
  const definition = Object.values(resources).find(resource => resource.Type === 'AWS::Batch::JobDefinition');
  const lab = (
    (definition?.Properties?.ContainerProperties as Properties | undefined)?.Environment as
      | { Name: string; Value: string }[]
      | undefined
  )?.find(each => each.Name === 'LAB_NAME')?.Value;
  return `arraylab-${lab ?? 'lab'}`;
}
