import { Stack, Token } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** The most characters of a managed policy (IAM's quotas), white space not counted. */
export const mostCharacters = 6144;

const overhead = '{"Version":"2012-10-17","Statement":[]}'.length;

/**
 * Statements in as many lists as managed policies are needed for them, in their order; one whose resources do not fit goes
 * on in the next. What CloudFormation fills in counts with the longest that it can be.
 */
export function packed(scope: IConstruct, statements: readonly PolicyStatement[]): PolicyStatement[][] {
  const policies: PolicyStatement[][] = [[]];
  let left = mostCharacters - overhead;
  for (const statement of statements) {
    let rest: readonly string[] = statement.resources;
    while (rest.length > 0) {
      const count = mostThatFit(scope, statement, rest, left);
      if (count === 0) {
        policies.push([]);
        left = mostCharacters - overhead;
        continue;
      }
      const part = statement.copy({ resources: rest.slice(0, count) });
      policies.at(-1)!.push(part);
      left -= sizeOf(scope, part);
      rest = rest.slice(count);
    }
  }
  return policies;
}

function mostThatFit(
  scope: IConstruct,
  statement: PolicyStatement,
  resources: readonly string[],
  left: number,
): number {
  for (let count = resources.length; count > 0; count--)
    if (sizeOf(scope, statement.copy({ resources: resources.slice(0, count) })) <= left) return count;
  return 0;
}

/** Of one statement in its policy, with a comma. */
function sizeOf(scope: IConstruct, statement: PolicyStatement): number {
  const stack = Stack.of(scope);
  return JSON.stringify(filledIn(stack, stack.resolve(statement.toStatementJson()))).length + 1;
}

/** A resolved value with texts of the greatest length where CloudFormation fills something in. */
function filledIn(stack: Stack, value: unknown): unknown {
  if (Array.isArray(value)) return value.map(each => filledIn(stack, each));
  if (typeof value !== 'object' || value === null) return value;
  const [[name = '', argument] = []] = Object.entries(value);
  if (name === 'Ref') return 'x'.repeat(lengthOfRef(stack, String(argument)));
  if (name === 'Fn::GetAtt') return 'x'.repeat(lengthOfAttribute(stack));
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map(each => filledIn(stack, each)).join(separator);
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filledIn(stack, each)]));
}

/** A name of Batch's, or of another resource that policies speak of, is not longer. */
const longestName = 128;
const longestRegion = 'ap-southeast-99'.length;
const longestPartition = 'aws-us-gov'.length;

function lengthOfRef(stack: Stack, id: string): number {
  switch (id) {
    case 'AWS::AccountId':
      return 12;
    case 'AWS::Region':
      return Token.isUnresolved(stack.region) ? longestRegion : stack.region.length;
    case 'AWS::Partition':
      return partitionLength(stack);
    case 'AWS::StackName':
      return stack.stackName.length;
    default:
      return longestName;
  }
}

function partitionLength({ region }: Stack): number {
  if (Token.isUnresolved(region)) return longestPartition;
  return /^cn-/.test(region) ? 'aws-cn'.length : /^us-gov-/.test(region) ? longestPartition : 'aws'.length;
}

/** An ARN with a queue's name, a bucket's or a key's. */
const lengthOfAttribute = (stack: Stack): number =>
  'arn::batch::123456789012:job-queue/'.length +
  partitionLength(stack) +
  lengthOfRef(stack, 'AWS::Region') +
  longestName;
