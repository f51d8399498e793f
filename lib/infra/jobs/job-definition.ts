import { Duration, Size, Stack } from 'aws-cdk-lib';
import {
  type CfnJobDefinition,
  EcsEc2ContainerDefinition,
  EcsJobDefinition,
  EcsVolume,
  type HostVolume,
  LinuxParameters,
  MultiNodeJobDefinition,
} from 'aws-cdk-lib/aws-batch';
import { LogDriver } from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { retryRules } from '../../contract/hosts/retry-rules.ts';
import type { KindConfig, WorkloadConfig } from '../../contract/workload/config.ts';
import { env, scratchPath } from '../../contract/workload/env.ts';
import {
  bundlePath,
  type JobDefinitionMetadata,
  jobDefinitionName,
  metadataNames,
} from '../../contract/workload/metadata.ts';
import type { MountSource } from '../../contract/workload/mount.ts';
import type { Architecture, WorkloadSpec } from '../../contract/workload/workload.ts';
import { referenceFolder } from '../baked-images/component.ts';
import type { BuiltImage } from '../images/cloud-build.ts';

export interface WorkloadJobProps {
  readonly lab: string;
  /** As the kind of jobs sees it. */
  readonly spec: WorkloadSpec;
  readonly kind?: string | undefined;
  readonly workload: WorkloadConfig;
  readonly architecture: Architecture;
  readonly mounts: Readonly<Record<string, MountSource>>;
  readonly bucketName: string;
  readonly logGroup: LogGroup;
  readonly executionRole: IRole;
  readonly jobRole: IRole;
  readonly image: BuiltImage;
  /** What the image is, or builds on, where the configuration says so. */
  readonly from: KindConfig;
  /** Id of each secret that it may read, by its name in the spec. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Whether hosts of its pools have reference data baked in. */
  readonly hasReference: boolean;
  /** Logical ids of the queues that its jobs go to. */
  readonly queueIds: readonly string[];
}

/** A workload's job definition for one architecture. */
export class WorkloadJob extends Construct {
  readonly definition: EcsJobDefinition | MultiNodeJobDefinition;

  constructor(scope: Construct, id: string, props: WorkloadJobProps) {
    super(scope, id);
    const { spec, workload } = props;
    const { vcpus, memoryMiB, timeoutSeconds, attempts } = workload.resources;
    const name = jobDefinitionName(props.lab, spec.name, props.architecture, props.kind);
    const linux = new LinuxParameters(this, 'Linux', {
      initProcessEnabled: true,
      ...(spec.shmMiB ? { sharedMemorySize: Size.mebibytes(spec.shmMiB) } : {}),
    });
    const privileged = privilegedFor(spec, props.mounts);
    if (privileged)
      linux.addDevices({
        hostPath: '/dev/fuse',
        containerPath: '/dev/fuse',
      });
    const container = new EcsEc2ContainerDefinition(this, 'Container', {
      image: props.image.image,
      cpu: vcpus,
      memory: Size.mebibytes(memoryMiB),
      privileged: privileged !== undefined,
      linuxParameters: linux,
      volumes: [
        EcsVolume.host({ name: 'scratch', hostPath: scratchPath, containerPath: scratchPath }) as HostVolume,
        ...(props.hasReference ? [referenceVolume()] : []),
      ],
      environment: { ...environmentOf(props), ...regionOf(Stack.of(this).region) },
      executionRole: props.executionRole,
      jobRole: props.jobRole,
      // A tool that prints faster than the log takes it loses lines rather than time.
      logging: LogDriver.awsLogs({
        streamPrefix: name,
        logGroup: props.logGroup,
        mode: 'non-blocking' as never,
        maxBufferSize: Size.mebibytes(25),
      }),
    });
    const common = {
      jobDefinitionName: name,
      timeout: Duration.seconds(timeoutSeconds),
      retryAttempts: attempts,
      propagateTags: true,
      // A run that waits keeps the revision it was submitted with.
      skipDeregisterOnUpdate: true,
    };
    const { nodes } = spec;
    this.definition =
      nodes === undefined
        ? new EcsJobDefinition(this, 'Definition', { ...common, container })
        : new MultiNodeJobDefinition(this, 'Definition', {
            ...common,
            containers: [{ startNode: 0, endNode: nodes - 1, container }],
          });
    if (props.image.built) this.definition.node.addDependency(props.image.built);
    const definition = this.definition.node.defaultChild as CfnJobDefinition;
    // Open, so that a job may have another number of nodes (API reference, NodeOverrides).
    if (nodes !== undefined)
      definition.addPropertyOverride('NodeProperties.NodeRangeProperties.0.TargetNodes', '0:');
    const inContainer =
      nodes === undefined ? 'ContainerProperties' : 'NodeProperties.NodeRangeProperties.0.Container';
    // In the API's own words (API reference, Device), which CDK writes small.
    if (privileged)
      definition.addPropertyOverride(`${inContainer}.LinuxParameters.Devices.0.Permissions`, [
        'READ',
        'WRITE',
        'MKNOD',
      ]);
    definition.retryStrategy = { attempts, evaluateOnExit: retryRules.map(rule => ({ ...rule })) };
    const metadata: JobDefinitionMetadata = { Workload: spec.name, Bundle: bundlePath(spec.image.context) };
    definition.addMetadata('Arraylab', metadata);
    if (privileged) definition.addMetadata(metadataNames.privileged, privileged.why);
    definition.addMetadata(metadataNames.queues, props.queueIds);
  }
}

/** Of a host without any, an empty folder. */
const referenceVolume = (): HostVolume =>
  EcsVolume.host({
    name: 'reference',
    hostPath: referenceFolder,
    containerPath: '/reference',
    readonly: true,
  }) as HostVolume;

/** A download needs no FUSE, and so no privileges. */
function privilegedFor(
  spec: WorkloadSpec,
  mounts: Readonly<Record<string, MountSource>>,
): WorkloadSpec['privileged'] {
  const isMounted = spec.mounts.some(
    ({ path, access }) =>
      access !== 'download' && mounts[path] !== undefined && mounts[path].access !== 'nda',
  );
  return isMounted ? spec.privileged : undefined;
}

/** Batch tells a container no region, and agents of before May 2026 do not either: SDKs and tools ask these. */
const regionOf = (region: string): Record<string, string> => ({
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
});

function environmentOf({
  lab,
  spec,
  workload,
  mounts,
  bucketName,
  from,
  secrets,
}: WorkloadJobProps): Record<string, string> {
  return {
    ...spec.environment,
    [env.lab]: lab,
    [env.workload]: spec.name,
    [env.outputBucket]: bucketName,
    [env.mounts]: JSON.stringify(mounts),
    [env.scratchGiB]: String(spec.scratchGiB),
    ...placesOf(spec, workload),
    ...(spec.toolCredentials ? { [env.toolCredentials]: spec.toolCredentials } : {}),
    ...(Object.keys(secrets).length > 0 ? { [env.secrets]: JSON.stringify(secrets) } : {}),
    ...((from.image ?? from.base) ? { [env.image]: (from.image ?? from.base)! } : {}),
    ...Object.fromEntries(
      spec.mounts.flatMap(({ path, bucketEnv }) => (mounts[path] ? [[bucketEnv, mounts[path].bucket]] : [])),
    ),
  };
}

/** Those that the kind has rights in. */
function placesOf(spec: WorkloadSpec, { places = {} }: WorkloadConfig): Record<string, string> {
  const own = Object.keys(spec.rights ?? {}).flatMap(name => {
    const place = places[name];
    const { parameter, below } = spec.places?.[name] ?? {};
    if (!place) return [];
    const { bucket, prefix, region } = place;
    return [
      [name, { bucket, prefix, region, ...(parameter ? { parameter } : {}), ...(below ? { below } : {}) }],
    ];
  });
  return own.length > 0 ? { [env.places]: JSON.stringify(Object.fromEntries(own)) } : {};
}
