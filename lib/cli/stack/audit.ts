import type { Found, FoundKind, Looked, Unchecked } from '../../contract/ports/stack.ts';
import type { Context } from '../context.ts';
import { tint } from '../output/output.ts';
import type { StackTools } from './stack-tools.ts';
import { cachePrefixes, readStackView, type StackView } from './stack-view.ts';

/** What is there of a lab without its stack. */
export interface LabAudit {
  /** Kept on purpose. */
  readonly stays: readonly Found[];
  /** Was to go, and costs money or is in the way. */
  readonly left: readonly Found[];
  readonly unchecked: readonly Unchecked[];
}

/** What stacks of this name said about what stays, for as long as CloudFormation remembers them. */
export interface Memory {
  /** Physical ids that a deleted stack kept. Undefined: no stack is remembered, so nobody can say. */
  readonly kept?: ReadonlySet<string>;
  readonly repositoryPrefixes: readonly string[];
}

/** Reads what the deleted stacks of this name kept. `gone`: what the one that went just now had shown. */
export async function remember(aws: StackTools, stack: string, gone: StackView | undefined): Promise<Memory> {
  const ids = (await aws.stacks.deleted(stack).catch(() => [])).slice(0, 10);
  const views = await Promise.all(ids.map(id => readStackView(aws.stacks, id).catch(() => undefined)));
  const known = [gone, ...views].filter(view => view !== undefined);
  return {
    ...(known.length > 0
      ? { kept: new Set(known.flatMap(view => view.stays.flatMap(each => each.physicalId ?? []))) }
      : {}),
    repositoryPrefixes: [...new Set(known.flatMap(view => cachePrefixes(view.template)))],
  };
}

/** What CloudFormation or Batch lets go of, and AWS ends a little later. */
const passing: ReadonlySet<FoundKind> = new Set([
  'instance',
  'volume',
  'nat-gateway',
  'elastic-ip',
  'vpc-endpoint',
  'vpc',
  'compute-environment',
  'job-queue',
]);

/** Looks again a few times before it calls left behind what takes minutes to be gone. */
export async function audit(
  context: Context,
  aws: StackTools,
  lab: string,
  memory: Memory,
): Promise<LabAudit> {
  for (let tries = 1; ; tries++) {
    const result = judge(await aws.inventory.look(lab, memory.repositoryPrefixes), memory);
    const going = result.left.filter(each => passing.has(each.kind));
    if (going.length === 0 || tries === 5 || context.signal.aborted) return result;
    if (tries === 1) context.say('some things are still there that may take a few minutes to go …');
    await aws.wait(10_000, context.signal);
  }
}

/** Data stays, and so does a log group that a stack kept; everything else was to go. */
export function judge({ found, unchecked }: Looked, { kept }: Memory): LabAudit {
  const stays = (each: Found): boolean =>
    each.harmless === true ||
    each.kind === 'bucket' ||
    each.kind === 'key' ||
    (each.kind === 'log-group' && (kept === undefined || kept.has(each.id)));
  const order = Object.keys(commands);
  const left = found.filter(each => !stays(each));
  left.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  return { stays: found.filter(stays), left, unchecked };
}

/** The audit for a person: what stays and how to have it again, what is left behind and the command that ends it. */
export function auditText(context: Context, { stays, left, unchecked }: LabAudit, region: string): string {
  const { out } = context.io;
  const lines = [
    ...stays.flatMap(each => [
      `${tint(out, 'good', 'stays')}        ${nameOf(each)}`,
      ...(stayingNote(each, region) ? [`             ${stayingNote(each, region)}`] : []),
    ]),
    ...left.flatMap(each => [
      `${tint(out, 'bad', 'left behind')}  ${nameOf(each)}`,
      `             ${removal(each, region)}`,
    ]),
    ...unchecked.map(each => `${tint(out, 'busy', 'not checked')}  ${each.what}: ${each.why}`),
  ];
  return lines.map(line => `${line}\n`).join('');
}

const nameOf = ({ kind, id, detail }: Found): string => `${kind.replaceAll('-', ' ')} ${id}: ${detail}`;

/** What lab.config.ts says to go on with a bucket. */
export const attachLine = ({ name, key }: { readonly name: string; readonly key?: string }): string =>
  `existingOutputBucket: '${name}',${key ? ` existingOutputBucketKey: '${key}',` : ''}`;

function stayingNote(each: Found, region: string): string | undefined {
  if (each.kind === 'bucket' && each.detail.startsWith('output'))
    return `in lab.config.ts, a new stack takes it again:  ${attachLine({ ...each, name: each.id })}`;
  if (each.kind === 'key')
    return `buckets and logs that it encrypts cannot be read without it; when they are gone: ${removal(each, region)}`;
  if (each.kind === 'secret' || each.kind === 'log-group') return removal(each, region);
  return undefined;
}

/** The command that removes it for good. */
export function removal({ kind, id }: Found, region: string): string {
  return commands[kind].replaceAll('{id}', id).replaceAll('{region}', `--region ${region}`);
}

/** In an order in which what depends on others comes before them. */
const commands: Readonly<Record<FoundKind, string>> = {
  'job-queue':
    'aws batch update-job-queue {region} --job-queue {id} --state DISABLED; aws batch delete-job-queue {region} --job-queue {id}',
  'compute-environment':
    'aws batch update-compute-environment {region} --compute-environment {id} --state DISABLED; aws batch delete-compute-environment {region} --compute-environment {id}',
  instance: 'aws ec2 terminate-instances {region} --instance-ids {id}',
  'nat-gateway': 'aws ec2 delete-nat-gateway {region} --nat-gateway-id {id}',
  'elastic-ip': 'aws ec2 release-address {region} --allocation-id {id}',
  'vpc-endpoint': 'aws ec2 delete-vpc-endpoints {region} --vpc-endpoint-ids {id}',
  image: 'aws ec2 deregister-image {region} --image-id {id}',
  snapshot: 'aws ec2 delete-snapshot {region} --snapshot-id {id}',
  volume: 'aws ec2 delete-volume {region} --volume-id {id}',
  'launch-template': 'aws ec2 delete-launch-template {region} --launch-template-id {id}',
  repository: 'aws ecr delete-repository {region} --force --repository-name {id}',
  'build-project': 'aws codebuild delete-project {region} --name {id}',
  'log-group': 'aws logs delete-log-group {region} --log-group-name {id}',
  secret: 'aws secretsmanager delete-secret {region} --force-delete-without-recovery --secret-id {id}',
  key: 'aws kms schedule-key-deletion {region} --key-id {id}',
  bucket: 'aws s3 rb {region} --force s3://{id}',
  vpc: 'aws ec2 delete-vpc {region} --vpc-id {id}',
};
