import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Accepts a finding of cdk-nag, beside the construct it is about, with a reason that a reader can check. */
export function acknowledge(scope: IConstruct, id: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: `AwsSolutions-${id}`, reason });
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
