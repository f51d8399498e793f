import { ofType } from '../reading/template.ts';
import { partialText } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

const condition = /^aws:source(arn|account)$/i;

export const eventLogCondition: Rule = {
  id: 'event-log-condition',
  what: 'a policy lets EventBridge make log streams without a condition on aws:SourceArn: it names its rule only when it puts events, so no stream is ever made, and the log stays empty without a word',
  // AWS's page has the policy without a condition; that the condition goes with PutLogEvents alone: aws-samples/serverless-patterns#618.
  source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html',
  fix: 'two statements: logs:CreateLogStream without the condition, logs:PutLogEvents with it',
  check: template =>
    ofType(template, 'AWS::Logs::ResourcePolicy').flatMap(resource =>
      statementsOf(partialText(resource.properties.PolicyDocument))
        .filter(each => each.Effect === 'Allow' && isEventBridge(each.Principal) && makesStreams(each.Action))
        .flatMap(({ Condition }) => {
          const keys = Object.values(Condition ?? {}).flatMap(test => Object.keys(test ?? {}));
          const key = keys.find(each => condition.test(each));
          return key ? [trouble(resource, key, `logs:CreateLogStream under a condition on ${key}`)] : [];
        }),
    ),
};

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly Action?: unknown;
  readonly Condition?: Readonly<Record<string, object>>;
}

/** The statements of a policy that is given as a text of JSON; what is not known of it stands in texts as a hole. */
function statementsOf(document: string | undefined): readonly Statement[] {
  try {
    const { Statement } = JSON.parse(document ?? '{}') as { Statement?: unknown };
    return [Statement ?? []].flat().filter(each => typeof each === 'object' && each !== null) as Statement[];
  } catch {
    return [];
  }
}

const isEventBridge = (principal: unknown): boolean =>
  texts((principal as { Service?: unknown } | undefined)?.Service).some(each => each.startsWith('events.'));

const makesStreams = (action: unknown): boolean =>
  texts(action).some(each => /^logs:(CreateLogStream|Create\*|\*)$/i.test(each));

const texts = (value: unknown): string[] =>
  [value].flat().filter((each): each is string => typeof each === 'string');
