import { CfnOutput, RemovalPolicy, SecretValue, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type CfnLogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { resolveMounts, secretName } from '../config/resolve-mounts.ts';
import { bakedImageParameter } from '../contract/workload/baked-image.ts';
import type { LabConfig } from '../contract/workload/config.ts';
import {
  jobDefinitionName,
  keeperPolicyOutput,
  memberPolicyOutput,
  outputNames,
  type StackMap,
  tagNames,
} from '../contract/workload/metadata.ts';
import { hasSecret, secretPlaceholder } from '../contract/workload/mount.ts';
import { kindNames, specOfKind } from '../contract/workload/places.ts';
import type { Architecture, WorkloadSpec } from '../contract/workload/workload.ts';
import { acknowledge } from './acknowledge.ts';
import { EventLog } from './ground/event-log.ts';
import { ExistingNetwork } from './ground/existing-network.ts';
import { labKey } from './ground/lab-key.ts';
import { Network } from './ground/network.ts';
import { Storage } from './ground/storage.ts';
import { Images } from './images/images.ts';
import { WorkloadJob } from './jobs/job-definition.ts';
import { keeperPolicy } from './jobs/keeper-policy.ts';
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
            ...(config.existingOutputBucket ? { existingBucket: config.existingOutputBucket } : {}),
            ...held,
            ...encrypted,
          });
    const storage = new Storage(this, 'Storage', {
      ...(config.existingOutputBucket ? { existingBucket: config.existingOutputBucket } : {}),
      ...(config.existingOutputBucketKey ? { existingBucketKey: config.existingOutputBucketKey } : {}),
      ...encrypted,
    });
    const logGroup = new LogGroup(this, 'JobLogs', {
      removalPolicy: RemovalPolicy.RETAIN,
      retention: RetentionDays.THREE_MONTHS,
      ...encrypted,
    });
    (logGroup.node.defaultChild as CfnLogGroup).retentionInDays = config.logRetentionDays;
    const secretArns = this.datasetSecrets(config, encryptionKey);
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

    const workloads: Record<string, { jobDefinitions: Record<string, string> }> = {};
    const keptDefinitions: string[] = [];
    for (const whole of specs) {
      const jobDefinitions: Record<string, string> = {};
      const workload = config.workloads[whole.name]!;
      for (const kind of kindNames(whole)) {
        const spec = specOfKind(whole, kind);
        const id = kind === undefined ? spec.name : `${spec.name}-${kind}`;
        const mounts = resolveMounts(config, spec);
        const { role } = new JobRole(this, `Role-${id}`, {
          spec,
          kind,
          places: workload.places ?? {},
          bucket: storage.bucket,
          isOwnBucket: config.existingOutputBucket === undefined,
          mounts: Object.values(mounts),
          secretArns,
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
            image: images.of(whole, architecture),
            hasReference: hasReference(config, spec, architecture),
            queueIds: workload.pools
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
      mounts: specs.flatMap(spec => Object.values(resolveMounts(config, spec))),
      places: specs.flatMap(spec => Object.values(config.workloads[spec.name]!.places ?? {})),
    });
    if (keptDefinitions.length > 0) {
      const keepers = keeperPolicy(this, config.name, queueArns, keptDefinitions);
      new CfnOutput(this, keeperPolicyOutput, {
        value: keepers.managedPolicyArn,
        description:
          'For the few who may submit what deletes: attach it beside the policy for people who submit',
      });
    }

    const secrets = Object.fromEntries(
      Object.entries(config.datasets)
        .filter(([, each]) => hasSecret(each.access))
        .map(([name, each]) => [name, each.existingSecret ?? secretName(config.name, name)]),
    );
    const map: StackMap = { lab: config.name, queues, workloads, secrets };
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

  /** A secret with a placeholder for each dataset that is read with access keys; ARN by secret id. */
  private datasetSecrets(config: LabConfig, encryptionKey: IKey | undefined): Record<string, string> {
    const arns: Record<string, string> = {};
    for (const [name, dataset] of Object.entries(config.datasets)) {
      if (!hasSecret(dataset.access)) continue;
      if (dataset.existingSecret) {
        const id = `Secret-${name}`;
        const isArn = dataset.existingSecret.startsWith('arn:');
        const found = isArn
          ? Secret.fromSecretCompleteArn(this, id, dataset.existingSecret)
          : Secret.fromSecretNameV2(this, id, dataset.existingSecret);
        arns[dataset.existingSecret] = isArn ? found.secretArn : `${found.secretArn}-??????`;
        continue;
      }
      const fields = dataset.access === 'nda' ? ['username', 'password'] : ['accessKeyId', 'secretAccessKey'];
      const secret = new Secret(this, `Secret-${name}`, {
        secretName: secretName(config.name, name),
        description: `${dataset.access === 'nda' ? 'NDA login' : 'Access keys'} of dataset ${name}: lab secret set ${name}`,
        // Not a secret yet: recognised by jobs and by the CLI until a person fills it.
        secretObjectValue: Object.fromEntries(
          fields.map(field => [field, SecretValue.unsafePlainText(secretPlaceholder)]),
        ),
        ...(encryptionKey ? { encryptionKey } : {}),
      });
      for (const id of ['SMG4', 'SecretsManagerRotationEnabled'])
        acknowledge(
          secret,
          id,
          'the keys are a third party’s, given to a person; rotating them is not ours to do',
        );
      arns[secretName(config.name, name)] = secret.secretArn;
    }
    return arns;
  }
}

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
