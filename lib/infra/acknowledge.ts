import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Names of the packs that a compliance turns on, as their ids begin. */
const compliancePacks = ['NIST.800.53.R5', 'HIPAA.Security'];

/**
 * Accepts a finding of cdk-nag, beside the construct it is about, with a reason that a reader can check: of AwsSolutions by its short
 * id (`S1`, `IAM5[Resource::*]`), of the compliance packs by the rule's name (`S3BucketReplicationEnabled`).
 */
export function acknowledge(scope: IConstruct, id: string, reason: string): void {
  const ids = /^[A-Z]+\d+(\[|$)/.test(id)
    ? [`AwsSolutions-${id}`]
    : compliancePacks.map(pack => `${pack}-${id}`);
  for (const each of ids) Validations.of(scope).acknowledge({ id: each, reason });
}

/** Accepts single resources with a star in a role's policy; any other star is still a finding. */
export function acknowledgeStars(scope: IConstruct, resources: readonly string[], reason: string): void {
  for (const resource of resources) {
    const text = flatten(Stack.of(scope).resolve(resource));
    if (text.includes('*')) acknowledge(scope, `IAM5[Resource::${text}]`, reason);
  }
}

/** A resolved ARN as cdk-nag writes it: references in angle brackets. */
function flatten(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [name, argument] = Object.entries(value)[0]!;
  if (name === 'Ref') return `<${argument}>`;
  if (name === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map(flatten).join(separator);
  }
  return JSON.stringify(value);
}
