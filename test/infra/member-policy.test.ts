import { Template } from 'aws-cdk-lib/assertions';
import { defaultLab, labApp } from '../rules/synthesized.ts';

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

interface Policy {
  readonly DeletionPolicy: string;
  readonly Properties: { Description: string; PolicyDocument: { Statement: Statement[] } };
}

function policyOf(input: typeof defaultLab): Policy {
  const found = Template.fromStack(labApp(input).stack).findResources('AWS::IAM::ManagedPolicy');
  return Object.entries(found).find(([id]) => id.startsWith('Members'))![1] as Policy;
}

const policy = policyOf(defaultLab);
const statements = policy.Properties.PolicyDocument.Statement;
const actions = (each: Statement): string[] => [each.Action].flat();
const statementOf = (action: string): Statement => statements.find(each => actions(each).includes(action))!;

it('submits to this lab’s queues and job definitions, by name or with a revision, and to no others', () => {
  const text = JSON.stringify(statementOf('batch:SubmitJob').Resource);
  expect(text).not.toContain('"*"');
  for (const name of ['arraylab-lab-rapidtide-arm64', 'arraylab-lab-rapidtide-x86'])
    for (const end of ['', ':*']) expect(text).toContain(`:job-definition/${name}${end}"`);
  expect(text.match(/JobQueueArn/g)).toHaveLength(2);
});

it('ends jobs that have this lab’s tag', () => {
  for (const action of ['batch:TerminateJob', 'batch:CancelJob'])
    expect(statementOf(action).Condition).toEqual({
      StringEquals: { 'aws:ResourceTag/arraylab:lab': 'lab' },
    });
});

it('has nothing to do with secrets, with deleting data, or with changing the stack', () => {
  const all = statements.flatMap(actions);
  expect(
    all.filter(each => /\*|^secretsmanager:|^iam:|s3:Delete|^ecr:|^ec2:|Register|Update/.test(each)),
  ).toEqual([]);
  expect(
    statements
      .filter(each => each.Resource === '*')
      .flatMap(actions)
      .filter(each => !/:(Describe|List)/.test(each)),
  ).toEqual([]);
});

it('stays when the stack goes, and is never replaced: people are attached to it', () => {
  expect(policy.DeletionPolicy).toBe('Retain');
  const nda = policyOf({
    datasets: { hcp: { access: 'nda', package: 7 } },
    workloads: { rapidtide: { datasets: { '/data_in': 'hcp' } } },
  });
  // One of the two labs has privileged containers, the other has none.
  expect(nda.Properties.Description).toBe(policy.Properties.Description);
  expect(policy.Properties.Description).toContain('root on the hosts');
});

it('its ARN is an output', () => {
  Template.fromStack(labApp(defaultLab).stack).hasOutput('MemberPolicyArn', {});
});
