import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { type CfnManagedPolicy, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { configPrefix, runsPrefix } from '../../contract/run/keys.ts';
import type { PlaceConfig } from '../../contract/workload/config.ts';
import { tagNames } from '../../contract/workload/metadata.ts';
import type { MountSource } from '../../contract/workload/mount.ts';
import type { Right } from '../../contract/workload/places.ts';
import { acknowledgeStars } from '../acknowledge.ts';
import { placeStatements } from './place-rights.ts';
import { packed } from './policy-size.ts';
import { useOfKey } from './roles.ts';

export interface MemberPolicyProps {
  readonly lab: string;
  readonly queueArns: readonly string[];
  readonly jobDefinitionNames: readonly string[];
  readonly bucket: IBucket;
  /** A key of KMS that the bucket encrypts with. @default - S3's */
  readonly bucketKey?: IKey | undefined;
  /** Where workloads write outside of `runs/`; '' is anywhere. */
  readonly outputPrefixes: readonly string[];
  readonly logGroupNames: readonly string[];
  /** Datasets whose listings may name items. */
  readonly mounts: readonly MountSource[];
  /** What workloads look at before a submission. */
  readonly places: readonly { readonly place: PlaceConfig; readonly rights: readonly Right[] }[];
}

/**
 * What a person who submits needs, to attach to a user, group, role or permission set: this lab's queues, job definitions, runs,
 * scripts, outputs and logs. It sees no secret, sets none and changes nothing of the stack.
 *
 * A container of a privileged job definition is root on its host: whoever submits to one, or puts a script in `config/`, can be
 * what any job on that host is, and what the host is. Members of a lab therefore trust each other; who should not is a lab of
 * their own.
 */
export class MemberPolicy extends Construct {
  /** All that a member needs; the first is the only one in most labs, and is never another. */
  readonly policies: readonly ManagedPolicy[];
  private readonly statements: PolicyStatement[] = [];

  constructor(scope: Construct, id: string, props: MemberPolicyProps) {
    super(scope, id);
    this.allowData(props);
    this.allow(
      ['logs:GetLogEvents', 'logs:FilterLogEvents', 'logs:DescribeLogStreams'],
      props.logGroupNames.flatMap(name => {
        const group = `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:${name}`;
        return [group, `${group}:*`];
      }),
    );
    this.allow(
      ['cloudformation:DescribeStacks'],
      [`arn:${Aws.PARTITION}:cloudformation:${Aws.REGION}:${Aws.ACCOUNT_ID}:stack/${Aws.STACK_NAME}/*`],
    );
    // Last, for it is what grows with a lab.
    this.allowJobs(props);
    this.policies = packed(this, this.statements).map((statements, index) =>
      this.policyOf(props.lab, statements, index),
    );
  }

  private policyOf(lab: string, statements: readonly PolicyStatement[], index: number): ManagedPolicy {
    const more = index === 0 ? '' : ` (${index + 1})`;
    // Never changed: CloudFormation replaces a policy for a new description, and attachments stay with the old one.
    const policy = new ManagedPolicy(this, index === 0 ? 'Policy' : `Policy${index + 1}`, {
      description: `Submits array jobs of lab ${lab}${more}. Where their containers are privileged, who submits is root on the hosts that run them`,
      statements: [...statements],
    });
    // So the twin knows whose it is.
    (policy.node.defaultChild as CfnManagedPolicy).addMetadata('Arraylab', { For: 'members' });
    // IAM refuses to delete a policy that somebody has: the stack could not go. And outputs stay, to be read.
    policy.applyRemovalPolicy(RemovalPolicy.RETAIN);
    for (const { resources } of statements)
      acknowledgeStars(
        policy,
        resources,
        'names below one prefix, revisions of one name, streams of one log, jobs with the lab’s tag, or Describe and List, which know no resources',
      );
    return policy;
  }

  private allowJobs({ lab, queueArns, jobDefinitionNames }: MemberPolicyProps): void {
    const batchArn = (rest: string): string =>
      `arn:${Aws.PARTITION}:batch:${Aws.REGION}:${Aws.ACCOUNT_ID}:${rest}`;
    // --parallel is a consumable resource of the run's.
    const consumables = batchArn(`consumable-resource/arraylab-${lab}-*`);
    this.allow(['batch:CreateConsumableResource', 'batch:DeleteConsumableResource'], [consumables]);
    // Jobs carry the lab's tag from their submission. It holds back mistakes, not malice: who may tag a job may tag any.
    this.allow(['batch:TagResource'], [batchArn('job/*')], {
      StringEquals: { [`aws:RequestTag/${tagNames.lab}`]: lab },
    });
    this.allow(['batch:CancelJob', 'batch:TerminateJob'], [batchArn('job/*')], {
      StringEquals: { [`aws:ResourceTag/${tagNames.lab}`]: lab },
    });
    this.allow(
      [
        'batch:DescribeJobs',
        'batch:ListJobs',
        'batch:DescribeJobQueues',
        'batch:DescribeComputeEnvironments',
        'batch:DescribeJobDefinitions',
      ],
      ['*'],
    );
    if (queueArns.length > 0)
      this.allow(
        ['batch:SubmitJob'],
        [
          ...queueArns,
          consumables,
          // By name, which is the newest revision; and by name and revision, as a run that is resumed asks for.
          ...jobDefinitionNames.flatMap(name =>
            ['', ':*'].map(end => batchArn(`job-definition/${name}${end}`)),
          ),
        ],
      );
  }

  private allowData({ bucket, bucketKey, outputPrefixes, mounts, places }: MemberPolicyProps): void {
    const own = [runsPrefix, configPrefix];
    const readable = outputPrefixes.includes('') ? [''] : [...own, ...outputPrefixes];
    // Anywhere is without a condition: one on `s3:prefix` holds no request that has none, and of a key that is not there S3 may ask so.
    this.allow(
      ['s3:ListBucket'],
      [bucket.bucketArn],
      readable.includes('')
        ? undefined
        : { StringLike: { 's3:prefix': readable.map(prefix => `${prefix}*`) } },
    );
    this.allow(
      ['s3:GetObject'],
      readable.map(prefix => bucket.arnForObjects(`${prefix}*`)),
    );
    this.allow(
      ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      own.map(prefix => bucket.arnForObjects(`${prefix}*`)),
    );
    if (bucketKey) this.statements.push(useOfKey(bucketKey, 's3', ['kms:Decrypt', 'kms:GenerateDataKey']));
    for (const { place, rights } of eachPlaceOnce(places))
      for (const { actions, resources, conditions } of placeStatements(place, rights))
        this.allow(actions, resources, conditions as object | undefined);
    // Items can be a dataset's listing: s3://bucket/prefix/*/
    for (const { access, bucket: name, prefix } of mounts) {
      if (access !== 'role' && access !== 'requester-pays') continue;
      this.allow(
        ['s3:ListBucket'],
        [`arn:${Aws.PARTITION}:s3:::${name}`],
        prefix === '' ? undefined : { StringLike: { 's3:prefix': [`${prefix}*`] } },
      );
    }
  }

  private allow(actions: string[], resources: string[], conditions?: object): void {
    this.statements.push(
      new PolicyStatement({ actions, resources, ...(conditions ? { conditions: conditions as never } : {}) }),
    );
  }
}

/** Several workloads work in one place: people may there what any of them says. */
function eachPlaceOnce(places: MemberPolicyProps['places']): MemberPolicyProps['places'] {
  const found = new Map<string, { place: PlaceConfig; rights: Set<Right> }>();
  for (const { place, rights } of places) {
    const id = JSON.stringify([place.bucket, place.prefix]);
    const same = found.get(id) ?? { place, rights: new Set<Right>() };
    for (const right of rights) same.rights.add(right);
    found.set(id, same);
  }
  return [...found.values()].map(({ place, rights }) => ({ place, rights: [...rights] }));
}
