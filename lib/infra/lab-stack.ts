import { CfnOutput, RemovalPolicy, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type CfnLogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { kindImage } from '../config/kind-image.ts';
import { resolveMounts } from '../config/resolve-mounts.ts';
import { bakedImageParameter } from '../contract/workload/baked-image.ts';
import type { LabConfig, PlaceConfig } from '../contract/workload/config.ts';
import {
  jobDefinitionName,
  keeperPolicyOutput,
  memberPolicyOutput,
  outputNames,
  type StackMap,
  tagNames,
} from '../contract/workload/metadata.ts';
import { kindNames, mountsOf, secretLabel, secretsOf, specOfKind } from '../contract/workload/places.ts';
import { kindPools } from '../contract/workload/step-sizes.ts';
import type { Architecture, WorkloadSpec } from '../contract/workload/workload.ts';
import { Archive } from './ground/archive.ts';
import { EventLog } from './ground/event-log.ts';
import { ExistingNetwork } from './ground/existing-network.ts';
import { labKey } from './ground/lab-key.ts';
import { Network } from './ground/network.ts';
import { Notifications } from './ground/notifications.ts';
import { LabSecrets } from './ground/secrets.ts';
import { Storage } from './ground/storage.ts';
import { Images } from './images/images.ts';
import { WorkloadJob } from './jobs/job-definition.ts';
import { keeperPolicies } from './jobs/keeper-policy.ts';
import { MemberPolicy } from './jobs/member-policy.ts';
import { executionRole, instanceRole, JobRole } from './jobs/roles.ts';
import { PoolQueue } from './pools/pool-queue.ts';

export interface LabStackProps extends StackProps {
  readonly config: LabConfig;
  readonly specs: readonly WorkloadSpec[];
  readonly projectRoot: string;
}

/** A lab: everything that its enabled workloads need, and nothing that costs money while idle. */
export class LabStack extends Stack {
  constructor(scope: Construct, id: string, props: LabStackProps) {
    super(scope, id, { description: `Arraylab: array jobs of lab ${props.config.name}`, ...props });
    const { config, projectRoot } = props;
    const specs = props.specs.filter(spec => config.workloads[spec.name]?.enabled);
    Tags.of(this).add(tagNames.lab, config.name);

    const { compliance } = config;
    const encryptionKey = compliance ? labKey(this, 'Key', config.name) : undefined;
    const encrypted = encryptionKey ? { encryptionKey } : {};
    const held = compliance ? { compliance } : {};

    const network =
      typeof config.network === 'object'
        ? new ExistingNetwork(this, 'Network', config.network)
        : new Network(this, 'Network', {
            mode: config.network,
            datasets: Object.values(config.datasets),
            placeBuckets: [
              ...new Set(
                specs.flatMap(spec =>
                  Object.values(config.workloads[spec.name]!.places ?? {}).map(each => each.bucket),
                ),
              ),
            ],
            hasSecrets: specs.some(spec => Object.keys(secretsOf(spec)).length > 0),
            ...(config.existingOutputBucket ? { existingBucket: config.existingOutputBucket } : {}),
            ...held,
            ...encrypted,
          });
    const storage = new Storage(this, 'Storage', {
      ...(config.existingOutputBucket ? { existingBucket: config.existingOutputBucket } : {}),
      ...(config.existingOutputBucketKey ? { existingBucketKey: config.existingOutputBucketKey } : {}),
      ...encrypted,
    });
    const { archive } = config;
    if (archive && !archive.existing)
      new Archive(this, 'Archive', {
        archive,
        ...encrypted,
        ...(storage.accessLogs ? { accessLogs: storage.accessLogs } : {}),
      });
    const placesOf = (spec: WorkloadSpec): Readonly<Record<string, PlaceConfig>> =>
      mapPlaces(config, encryptionKey, config.workloads[spec.name]!.places ?? {});
    const logGroup = new LogGroup(this, 'JobLogs', {
      removalPolicy: RemovalPolicy.RETAIN,
      retention: RetentionDays.THREE_MONTHS,
      ...encrypted,
    });
    (logGroup.node.defaultChild as CfnLogGroup).retentionInDays = config.logRetentionDays;
    const secrets = new LabSecrets(this, config, specs, encryptionKey);
    const hosts = instanceRole(this, compliance);
    const execution = executionRole(this, logGroup, compliance);

    const images = new Images(this, 'Images', {
      config,
      specs,
      projectRoot,
      executionRole: execution,
      ...encrypted,
    });

    const pools = [...new Set(specs.flatMap(spec => config.workloads[spec.name]!.pools))].sort();
    const queues: Record<string, string> = {};
    const queueIds: Record<string, string> = {};
    const queueArns: string[] = [];
    for (const name of pools) {
      const pool = new PoolQueue(this, `Pool-${name}`, {
        pool: config.pools[name]!,
        network,
        instanceRole: hosts,
        lab: config.name,
        isForNodes: specs.some(spec => hasNodes(config, spec, name)),
        ...encrypted,
      });
      queues[name] = pool.queueName;
      queueIds[name] = pool.logicalId;
      queueArns.push(pool.queue.jobQueueArn);
    }
    const events = new EventLog(this, 'JobEvents', {
      queueArns,
      retentionDays: config.logRetentionDays,
      ...encrypted,
    });

    if (config.notify && queueArns.length > 0)
      new Notifications(this, 'Notifications', {
        lab: config.name,
        emails: config.notify,
        queueArns,
        ...encrypted,
      });

    const workloads: Record<string, { jobDefinitions: Record<string, string> }> = {};
    const keptDefinitions: string[] = [];
    for (const whole of specs) {
      const jobDefinitions: Record<string, string> = {};
      const workload = config.workloads[whole.name]!;
      for (const kind of kindNames(whole)) {
        const spec = specOfKind(whole, kind);
        const id = kind === undefined ? spec.name : `${spec.name}-${kind}`;
        const mounts = resolveMounts(config, spec);
        const from = kindImage(workload, whole, kind);
        const ownSecrets = Object.keys(spec.secrets ?? {}).map(
          name => [name, secrets.of(secretLabel(spec.name, name))] as const,
        );
        const { role } = new JobRole(this, `Role-${id}`, {
          spec,
          kind,
          places: placesOf(whole),
          bucket: storage.bucket,
          isOwnBucket: config.existingOutputBucket === undefined,
          mounts: Object.values(mounts),
          secretArns: secrets.arnsById,
          ownSecretArns: ownSecrets.map(([, { arn }]) => arn),
          ...held,
          bucketKey: storage.bucketKey,
          secretKey: encryptionKey,
        });
        for (const architecture of architectures(config, spec)) {
          new WorkloadJob(this, `Job-${id}-${architecture}`, {
            lab: config.name,
            spec,
            kind,
            workload,
            architecture,
            mounts,
            bucketName: storage.bucket.bucketName,
            logGroup,
            executionRole: execution,
            jobRole: role,
            image: images.of(spec.image, from, architecture),
            from,
            secrets: Object.fromEntries(ownSecrets.map(([name, { id }]) => [name, id])),
            hasReference: hasReference(config, spec, architecture),
            queueIds: kindPools(whole, workload, kind)
              .filter(name => config.pools[name]!.architecture === architecture)
              .map(name => queueIds[name]!),
          });
          const name = jobDefinitionName(config.name, spec.name, architecture, kind);
          if (spec.submitters === 'keepers') keptDefinitions.push(name);
          else jobDefinitions[kind === undefined ? architecture : `${kind}-${architecture}`] = name;
        }
      }
      workloads[whole.name] = { jobDefinitions };
    }
    const { policies: members } = new MemberPolicy(this, 'Members', {
      lab: config.name,
      queueArns,
      jobDefinitionNames: Object.values(workloads).flatMap(each => Object.values(each.jobDefinitions)),
      bucket: storage.bucket,
      bucketKey: storage.bucketKey,
      outputPrefixes: [...new Set(specs.flatMap(spec => spec.outputPrefixes ?? []))],
      logGroupNames: [logGroup.logGroupName, events.logGroupName],
      mounts: specs.flatMap(spec =>
        Object.values(resolveMounts(config, { ...spec, mounts: mountsOf(spec) })),
      ),
      places: specs.flatMap(spec =>
        Object.entries(placesOf(spec)).map(([name, place]) => ({
          place,
          rights: spec.places?.[name]?.people ?? ['list', 'read'],
        })),
      ),
    });
    if (keptDefinitions.length > 0) {
      const keepers = keeperPolicies(this, config.name, queueArns, keptDefinitions);
      for (const [index, { managedPolicyArn: value }] of keepers.entries())
        new CfnOutput(this, `${keeperPolicyOutput}${index === 0 ? '' : index + 1}`, {
          value,
          description:
            'For the few who may submit what deletes: attach it beside the policy for people who submit',
        });
    }

    const map: StackMap = { lab: config.name, queues, workloads, secrets: secrets.ids };
    new CfnOutput(this, outputNames.outputBucket, { value: storage.bucket.bucketName });
    new CfnOutput(this, outputNames.logGroup, { value: logGroup.logGroupName });
    new CfnOutput(this, outputNames.eventLogGroup, { value: events.logGroupName });
    for (const [index, { managedPolicyArn: value }] of members.entries())
      new CfnOutput(this, `${memberPolicyOutput}${index === 0 ? '' : index + 1}`, {
        value,
        description: 'For people who submit: attach it to their role, group or permission set',
      });
    new CfnOutput(this, outputNames.map, { value: this.toJsonString(map) });
  }
}

/** What the stack's own archive bucket is encrypted with is known here alone. */
const mapPlaces = (
  { archive }: LabConfig,
  key: IKey | undefined,
  places: Readonly<Record<string, PlaceConfig>>,
): Readonly<Record<string, PlaceConfig>> =>
  Object.fromEntries(
    Object.entries(places).map(([name, place]) => [
      name,
      key && archive && !archive.existing && place.bucket === archive.bucket && !place.keyArn
        ? { ...place, keyArn: key.keyArn }
        : place,
    ]),
  );

/** Whether multi-node parallel jobs of the workload may go to a pool. */
const hasNodes = (config: LabConfig, spec: WorkloadSpec, pool: string): boolean =>
  kindNames(spec).some(
    kind =>
      specOfKind(spec, kind).nodes !== undefined &&
      kindPools(spec, config.workloads[spec.name]!, kind).includes(pool),
  );

/** Whether a pool of the workload starts from a baked image with reference data. */
function hasReference(config: LabConfig, spec: WorkloadSpec, architecture: Architecture): boolean {
  const images = config.workloads[spec.name]!.pools.map(name => config.pools[name]!)
    .filter(pool => pool.architecture === architecture)
    .map(pool => pool.image);
  return Object.entries(config.bakedImages).some(
    ([name, { referenceData }]) =>
      referenceData.length > 0 && images.includes(bakedImageParameter(config.name, name)),
  );
}

function architectures(config: LabConfig, spec: WorkloadSpec): readonly Architecture[] {
  const used = new Set(config.workloads[spec.name]!.pools.map(name => config.pools[name]!.architecture));
  return spec.image.architectures.filter(each => used.has(each));
}
