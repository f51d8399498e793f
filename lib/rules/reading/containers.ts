import type { Architecture } from '../../contract/workload/workload.ts';
import { ofType, type RuleResource, type RuleTemplate } from './template.ts';
import { type Fields, fields, knownList, list, number, partialText, text, type Value } from './value.ts';

/** One container of a job definition, however the definition says it. */
export interface JobContainer {
  readonly resource: RuleResource;
  readonly container: Fields;
  /** Volumes of its task; undefined where they are not known. */
  readonly volumes: readonly Value[] | undefined;
  readonly executionRole: Value | undefined;
  readonly jobRole: Value | undefined;
}

export const jobDefinitions = (template: RuleTemplate): readonly RuleResource[] =>
  ofType(template, 'AWS::Batch::JobDefinition');

/** Every container of every job definition for ECS. */
export const jobContainers = (template: RuleTemplate): readonly JobContainer[] =>
  jobDefinitions(template).flatMap(containersOf);

/** Containers of jobs on EC2 hosts. */
export const ec2Containers = (template: RuleTemplate): readonly JobContainer[] =>
  jobContainers(template).filter(each => !isFargate(each.resource));

export const isFargate = (definition: RuleResource): boolean =>
  (list(definition.properties.PlatformCapabilities) ?? []).some(
    each => text(each)?.toUpperCase() === 'FARGATE',
  );

function containersOf(resource: RuleResource): readonly JobContainer[] {
  const { ContainerProperties, EcsProperties, NodeProperties } = resource.properties;
  const nodes = list(fields(NodeProperties).NodeRangeProperties) ?? [];
  return [
    ...plain(resource, ContainerProperties),
    ...tasks(resource, EcsProperties),
    ...nodes.flatMap(each => [
      ...plain(resource, fields(each).Container),
      ...tasks(resource, fields(each).EcsProperties),
    ]),
  ];
}

function plain(resource: RuleResource, value: Value | undefined): readonly JobContainer[] {
  if (value === undefined) return [];
  const container = fields(value);
  return [
    {
      resource,
      container,
      volumes: knownList(container.Volumes),
      executionRole: container.ExecutionRoleArn,
      jobRole: container.JobRoleArn,
    },
  ];
}

const tasks = (resource: RuleResource, value: Value | undefined): readonly JobContainer[] =>
  (list(fields(value).TaskProperties) ?? []).flatMap(each => {
    const task = fields(each);
    return (list(task.Containers) ?? []).map(container => ({
      resource,
      container: fields(container),
      volumes: knownList(task.Volumes),
      executionRole: task.ExecutionRoleArn,
      jobRole: task.TaskRoleArn,
    }));
  });

/** A resource that a container asks for; `undefined` where it asks for none, 'unknown' where that cannot be told. */
export function requirement(container: Fields, type: 'MEMORY' | 'VCPU'): number | 'unknown' | undefined {
  const wanted = knownList(container.ResourceRequirements);
  if (!wanted) return 'unknown';
  for (const each of wanted) {
    const { Type, Value: value } = fields(each);
    if (text(Type) === undefined) return 'unknown';
    if (text(Type)!.toUpperCase() === type) return number(value) ?? 'unknown';
  }
  const older = type === 'MEMORY' ? container.Memory : container.Vcpus;
  return older === undefined ? undefined : (number(older) ?? 'unknown');
}

/** `{Name, Value}` pairs of a container's environment whose name is known. */
export const environmentOf = (
  container: Fields,
): readonly { readonly name: string; readonly value: Value | undefined }[] =>
  (list(container.Environment) ?? []).flatMap(each => {
    const { Name, Value: value } = fields(each);
    const name = text(Name);
    return name === undefined ? [] : [{ name, value }];
  });

/** Names of the secrets that are put into a container's environment. */
export const secretNames = (container: Fields): readonly string[] =>
  (list(container.Secrets) ?? []).flatMap(each => text(fields(each).Name) ?? []);

/** What the image is built for, where the template, its assets or the image's own name say so. */
export function imageArchitecture(
  template: RuleTemplate,
  { container }: JobContainer,
): Architecture | undefined {
  const image = partialText(container.Image);
  if (image === undefined) return undefined;
  const tag = /[:@]([^:@/]+)$/.exec(image)?.[1] ?? '';
  const built = template.imageArchitectures.get(tag);
  if (built) return built;
  const words = image.toLowerCase();
  const arm = /(^|[^a-z0-9])(arm64(v8)?|aarch64|arm64-v8)([^a-z0-9]|$)/.test(words);
  const x86 = /(^|[^a-z0-9])(amd64|x86[_-]64|x64)([^a-z0-9]|$)/.test(words);
  return arm === x86 ? undefined : arm ? 'arm64' : 'x86_64';
}
