export type Fields = Record<string, unknown>;
interface Resource {
  readonly Type: string;
  readonly Properties: Fields;
  readonly Metadata: Fields;
}
interface Environment extends Fields {
  readonly UpdatePolicy: Fields;
  readonly ComputeResources: Compute;
}
interface Compute extends Fields {
  readonly InstanceTypes: string[];
  readonly Ec2Configuration: Fields[];
  readonly LaunchTemplate: {
    readonly LaunchTemplateId: unknown;
    readonly Version: { 'Fn::GetAtt': string[] };
  };
}
interface LaunchData extends Fields {
  readonly UserData: { 'Fn::Base64': string };
  readonly MetadataOptions: Fields;
  readonly BlockDeviceMappings: { readonly Ebs: Fields }[];
}
interface Queue extends Fields {
  readonly ComputeEnvironmentOrder: Fields[];
  readonly JobStateTimeLimitActions: Fields[];
}
interface Job extends Fields {
  readonly ContainerProperties: Container;
  readonly RetryStrategy: { readonly EvaluateOnExit: Fields[] };
  readonly Timeout: Fields;
}
interface Container extends Fields {
  readonly Environment: Fields[];
  readonly ResourceRequirements: Fields[];
  readonly MountPoints: Fields[];
  readonly Volumes: { readonly Name: string; readonly Host?: Fields; readonly [other: string]: unknown }[];
  readonly LogConfiguration: { readonly Options: Fields };
}

/** The parts of the default template that mutations change: properties of the arm64 pool and its job, unless said. */
export interface Parts {
  readonly resources: Record<string, Resource>;
  readonly parameters: Fields;
  readonly environment: Environment;
  readonly compute: Compute;
  readonly launch: LaunchData;
  readonly root: Fields;
  readonly scratch: Fields;
  readonly queue: Queue;
  readonly job: Job;
  readonly jobMetadata: Fields;
  readonly container: Container;
  readonly retry: Job['RetryStrategy'];
  readonly x86: { readonly compute: Compute; readonly queue: Queue; readonly container: Container };
}

export function partsOf(template: { Resources: Record<string, Resource>; Parameters: Fields }): Parts {
  const resources = template.Resources;
  const properties = (type: string, start: string): unknown =>
    resources[idOf(resources, type, start)]!.Properties;
  const environment = properties('AWS::Batch::ComputeEnvironment', 'Poolarm64') as Environment;
  const { LaunchTemplateData: launch } = properties('AWS::EC2::LaunchTemplate', 'Poolarm64') as {
    LaunchTemplateData: LaunchData;
  };
  const job = properties('AWS::Batch::JobDefinition', 'Jobrapidtidearm64') as Job;
  return {
    resources,
    parameters: template.Parameters,
    environment,
    compute: environment.ComputeResources,
    launch,
    root: launch.BlockDeviceMappings[0]!.Ebs,
    scratch: launch.BlockDeviceMappings[1]!.Ebs,
    queue: properties('AWS::Batch::JobQueue', 'Poolarm64') as Queue,
    job,
    jobMetadata: resources[idOf(resources, 'AWS::Batch::JobDefinition', 'Jobrapidtidearm64')]!.Metadata,
    container: job.ContainerProperties,
    retry: job.RetryStrategy,
    x86: {
      compute: (properties('AWS::Batch::ComputeEnvironment', 'Poolx86') as Environment).ComputeResources,
      queue: properties('AWS::Batch::JobQueue', 'Poolx86') as Queue,
      container: (properties('AWS::Batch::JobDefinition', 'Jobrapidtidex86') as Job).ContainerProperties,
    },
  };
}

/** The logical id of a type's resource, by what it begins with. */
function idOf(resources: Record<string, Resource>, type: string, start = ''): string {
  const found = Object.keys(resources).find(id => resources[id]!.Type === type && id.startsWith(start));
  if (!found) throw new Error(`no ${type} ${start}`);
  return found;
}

export const id = ({ resources }: Parts, type: string, start?: string): string =>
  idOf(resources, type, start);
export const properties = (parts: Parts, type: string, start?: string): Fields =>
  parts.resources[id(parts, type, start)]!.Properties;
