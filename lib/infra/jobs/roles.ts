import { Aws } from 'aws-cdk-lib';
import { Effect, PolicyStatement, type Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { configPrefix, runsPrefix, workloadPrefix } from '../../contract/run/keys.ts';
import type { Compliance, PlaceConfig } from '../../contract/workload/config.ts';
import { hasSecret, type MountSource } from '../../contract/workload/mount.ts';
import type { WorkloadSpec } from '../../contract/workload/workload.ts';
import { acknowledgeStars } from '../acknowledge.ts';
import { labRole } from './lab-role.ts';
import { placeStatements } from './place-rights.ts';

/** A principal that only ECS tasks of this account and region can be. */
const taskPrincipal = (): ServicePrincipal =>
  new ServicePrincipal('ecs-tasks.amazonaws.com', {
    conditions: {
      StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
      ArnLike: { 'aws:SourceArn': `arn:${Aws.PARTITION}:ecs:${Aws.REGION}:${Aws.ACCOUNT_ID}:*` },
    },
  });

/** What hosts are: they join the cluster and pull images, and see no data. */
export function instanceRole(scope: Construct, compliance?: Compliance): Role {
  const role = labRole(scope, 'InstanceRole', {
    compliance,
    assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    description: 'Hosts of array jobs: no data',
  });
  role.addToPolicy(
    new PolicyStatement({
      actions: [
        'ecs:DeregisterContainerInstance',
        'ecs:DiscoverPollEndpoint',
        'ecs:Poll',
        'ecs:RegisterContainerInstance',
        'ecs:StartTelemetrySession',
        'ecs:SubmitAttachmentStateChanges',
        'ecs:SubmitContainerStateChange',
        'ecs:SubmitTaskStateChange',
        'ecs:UpdateContainerInstancesState',
      ],
      resources: [`arn:${Aws.PARTITION}:ecs:${Aws.REGION}:${Aws.ACCOUNT_ID}:*`],
    }),
  );
  role.addToPolicy(
    new PolicyStatement({
      actions: ['ecs:DiscoverPollEndpoint', 'ec2:DescribeTags', 'ecr:GetAuthorizationToken'],
      resources: ['*'],
    }),
  );
  acknowledgeStars(
    role,
    [`arn:${Aws.PARTITION}:ecs:${Aws.REGION}:${Aws.ACCOUNT_ID}:*`, '*'],
    'Batch names its cluster itself, and these actions know no resources; none of them sees data',
  );
  return role;
}

/** What starts containers: pulls the image, writes the log. */
export function executionRole(scope: Construct, logGroup: LogGroup, compliance?: Compliance): Role {
  const role = labRole(scope, 'ExecutionRole', {
    compliance,
    assumedBy: taskPrincipal(),
    description: 'Starts array jobs: images and logs',
  });
  logGroup.grantWrite(role);
  acknowledgeStars(role, ['*'], 'ecr:GetAuthorizationToken, for the image of a job, knows no resources');
  return role;
}

export interface JobRoleProps {
  readonly spec: WorkloadSpec;
  readonly bucket: IBucket;
  /** Whether the bucket is the stack's; another one may be of another account. */
  readonly isOwnBucket: boolean;
  /** As the kind of jobs sees it. */
  readonly kind?: string | undefined;
  readonly places: Readonly<Record<string, PlaceConfig>>;
  readonly mounts: readonly MountSource[];
  /** ARN by secret id. */
  readonly secretArns: Readonly<Record<string, string>>;
  /** ARNs of the kind's own. */
  readonly ownSecretArns: readonly string[];
  readonly compliance?: Compliance;
  /** A key of KMS that the bucket encrypts with. @default - S3's */
  readonly bucketKey?: IKey | undefined;
  /** The lab's own key, of the secrets that the stack makes. @default - Secrets Manager's */
  readonly secretKey?: IKey | undefined;
}

/** The use of a key through one service, which knows what it is used for; never by itself. */
export const useOfKey = (key: IKey, service: string, actions: string[]): PolicyStatement =>
  new PolicyStatement({
    actions,
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `${service}.${Aws.REGION}.amazonaws.com` } },
  });

/** What a workload's jobs may do, and nothing of any other's. */
export class JobRole extends Construct {
  readonly role: Role;
  /** Objects of datasets that it may read. */
  private readonly readable: string[] = [];

  constructor(scope: Construct, id: string, props: JobRoleProps) {
    super(scope, id);
    const { spec, bucket } = props;
    this.role = labRole(this, 'Role', {
      compliance: props.compliance,
      assumedBy: taskPrincipal(),
      description: `Jobs of ${spec.name}${props.kind === undefined ? '' : `: ${props.kind}`}`,
    });
    const prefixes = [
      workloadPrefix(spec.name),
      ...(spec.outputPrefixes ?? []).filter(prefix => prefix !== ''),
    ];
    this.allow(['s3:ListBucket'], [bucket.bucketArn], {
      StringLike: { 's3:prefix': [...prefixes, configPrefix].map(prefix => `${prefix}*`) },
    });
    this.allow(
      ['s3:GetObject'],
      [...prefixes, configPrefix].map(prefix => bucket.arnForObjects(`${prefix}*`)),
    );
    this.allow(
      ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      prefixes.map(prefix => bucket.arnForObjects(`${prefix}*`)),
    );

    for (const mount of props.mounts) this.allowMount(mount, props);
    this.allowPlaces(props);
    if (props.ownSecretArns.length > 0)
      this.allow(['secretsmanager:GetSecretValue'], [...props.ownSecretArns]);
    if (writesAnywhere(spec)) this.allowAnywhere(bucket, props.isOwnBucket);
    if (props.bucketKey)
      this.role.addToPolicy(useOfKey(props.bucketKey, 's3', ['kms:Decrypt', 'kms:GenerateDataKey']));
    if (
      props.secretKey &&
      (props.ownSecretArns.length > 0 || props.mounts.some(each => hasSecret(each.access)))
    )
      this.role.addToPolicy(useOfKey(props.secretKey, 'secretsmanager', ['kms:Decrypt']));
    // A job that was submitted by hand reads its own parameters back; DescribeJobs knows no resources.
    this.allow(['batch:DescribeJobs'], ['*']);
  }

  /** rapidtide's contract lets user scripts write anywhere in the output bucket: but for runs, of which it has its own, and config. */
  private allowAnywhere(bucket: IBucket, isOwn: boolean): void {
    this.allow(['s3:ListBucket'], [bucket.bucketArn]);
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
        notResources: [`${runsPrefix}*`, `${configPrefix}*`].map(each => bucket.arnForObjects(each)),
        // NotResource means everything else there is: held to this bucket by the deny below, and to this account's by their owner,
        // but where the bucket may be another account's.
        ...(isOwn ? { conditions: { StringEquals: { 'aws:ResourceAccount': Aws.ACCOUNT_ID } } } : {}),
      }),
    );
    this.role.addToPolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
        notResources: [bucket.arnForObjects('*'), ...this.readable],
      }),
    );
  }

  private allowPlaces({ spec, places }: JobRoleProps): void {
    for (const [name, rights] of Object.entries(spec.rights ?? {})) {
      const place = places[name];
      const prefix = `${place?.prefix ?? ''}${spec.places?.[name]?.below ?? ''}`;
      for (const statement of place ? placeStatements({ ...place, prefix }, rights) : []) {
        this.role.addToPolicy(statement);
        acknowledgeStars(this.role, statement.resources, `${name}: keys below one prefix`);
      }
    }
  }

  private allowMount(mount: MountSource, { secretArns, spec }: JobRoleProps): void {
    if (hasSecret(mount.access)) {
      this.allow(['secretsmanager:GetSecretValue'], [secretArns[mount.secretId!]!]);
      return;
    }
    // We read as anyone. A tool that has the role's keys signs with them, and then another account's bucket opens only to a role that
    // may read it, however public it is.
    if (mount.access === 'public' && spec.toolCredentials !== 'role') return;
    const bucketArn = `arn:${Aws.PARTITION}:s3:::${mount.bucket}`;
    this.allow(
      ['s3:ListBucket'],
      [bucketArn],
      mount.prefix === '' ? undefined : { StringLike: { 's3:prefix': [`${mount.prefix}*`] } },
    );
    this.allow(['s3:GetObject'], [`${bucketArn}/${mount.prefix}*`]);
    this.readable.push(`${bucketArn}/${mount.prefix}*`);
  }

  private allow(actions: string[], resources: string[], conditions?: Record<string, unknown>): void {
    this.role.addToPolicy(
      new PolicyStatement({ actions, resources, ...(conditions ? { conditions: conditions as never } : {}) }),
    );
    acknowledgeStars(
      this.role,
      resources,
      'keys below one prefix, or an action (DescribeJobs) that knows no resources',
    );
  }
}

const writesAnywhere = (spec: WorkloadSpec): boolean => spec.outputPrefixes?.includes('') ?? false;
