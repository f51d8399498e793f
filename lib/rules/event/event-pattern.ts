import { counted } from '../../contract/workload/number-text.ts';
import { ofType } from '../reading/template.ts';
import { isReference, list, partialText, type Value } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

/** Characters; EventBridge's quota "Event pattern size". It can be raised to 4,096. */
const most = 2048;
/** `arn:aws:batch:us-east-1:123456789012:job-queue/a`: what a reference stands for is hardly shorter. */
const leastOfReference = 48;

export const eventPattern: Rule = {
  id: 'event-pattern',
  what: 'a rule’s event pattern has no empty list, and at most 2,048 characters: EventBridge refuses any other when the stack is deployed',
  source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html',
  fix: 'no rule where there is nothing to match; several rules for many values, or a {"prefix": …}',
  check: template =>
    ofType(template, 'AWS::Events::Rule').flatMap(resource => {
      const { EventPattern } = resource.properties;
      const path = emptyList(EventPattern, 'EventPattern');
      if (path) return [trouble(resource, path, 'an empty list matches nothing, and is refused')];
      const length = leastLength(EventPattern);
      return length > most
        ? [trouble(resource, length, `a pattern of ${counted(length, 'character')} or more`)]
        : [];
    }),
};

/** Where the first empty list of a pattern is. */
function emptyList(value: Value | undefined, path: string): string | undefined {
  const elements = list(value);
  if (elements) {
    if (elements.length === 0) return path;
    return elements.map((each, index) => emptyList(each, `${path}[${index}]`)).find(Boolean);
  }
  return children(value)
    .map(([name, each]) => emptyList(each, `${path}.${name}`))
    .find(Boolean);
}

/** Characters of a pattern as JSON, with what is not known counted at its shortest. */
function leastLength(value: Value | undefined): number {
  if (isReference(value)) return leastOfReference + 2;
  const known = partialText(value);
  if (known !== undefined) return known.length + 2;
  const elements = list(value);
  if (elements) return elements.reduce<number>((sum, each) => sum + leastLength(each) + 1, 1);
  return children(value).reduce((sum, [name, each]) => sum + name.length + 4 + leastLength(each), 1);
}

/** The members of a plain object; none of anything else. */
const children = (value: Value | undefined): [string, Value | undefined][] =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
    ? Object.entries(value as Record<string, Value>)
    : [];
