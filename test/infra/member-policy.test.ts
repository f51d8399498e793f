import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnJobQueue } from 'aws-cdk-lib/aws-batch';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { keeperPolicies } from '../../lib/infra/jobs/keeper-policy.ts';
import { MemberPolicy } from '../../lib/infra/jobs/member-policy.ts';
import { decide } from '../../lib/twin/iam/decide.ts';
import { readTwinStack } from '../../lib/twin/template/twin-stack.ts';
import { cdkApp } from '../helpers/cdk-app.ts';
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

describe('twelve workloads and twelve pools', () => {
  const account = '000000000000';
  const lab = 'a-lab-with-a-long-name-of-its-own';
  const stack = new Stack(cdkApp(), `arraylab-${lab}`);
  const names = (start: string) => Array.from({ length: 12 }, (_, index) => `${start}-${index + 1}`);
  const queues = names('Pool').map(
    id => new CfnJobQueue(stack, `${id}ScratchOnSpotQueue`, { priority: 1, computeEnvironmentOrder: [] }),
  );
  const definitions = names(`arraylab-${lab}-workload`).flatMap(name => [`${name}-x86`, `${name}-arm64`]);
  const { policies } = new MemberPolicy(stack, 'Members', {
    lab,
    queueArns: queues.map(each => each.attrJobQueueArn),
    jobDefinitionNames: definitions,
    bucket: new Bucket(stack, 'Output'),
    outputPrefixes: names('results'),
    logGroupNames: ['/a', '/b'],
    mounts: [],
    places: names('place').map(bucket => ({
      place: { bucket, prefix: 'a/', region: 'ap-southeast-3' },
      rights: ['list', 'read'] as const,
    })),
  });
  const queueArns = queues.map(each => each.attrJobQueueArn);
  const keepers = keeperPolicies(stack, lab, queueArns, definitions);
  const json = Template.fromStack(stack).toJSON() as object;
  const twin = readTwinStack(json, { region: 'ap-southeast-3', account });

  it('have a policy each of which IAM takes, and as many as one may have', () => {
    const documents = Object.values(
      (json as { Resources: Record<string, { Type: string; Properties: { PolicyDocument: unknown } }> })
        .Resources,
    )
      .filter(each => each.Type === 'AWS::IAM::ManagedPolicy')
      .map(each => JSON.stringify(each.Properties.PolicyDocument));
    expect(documents).toHaveLength(policies.length + keepers.length);
    expect(policies.length).toBeGreaterThan(1);
    // A role may have ten: a keeper has both.
    expect(keepers.length).toBeGreaterThan(1);
    expect(policies.length + keepers.length).toBeLessThanOrEqual(10);
    for (const text of documents) {
      // With names that are longer than CloudFormation's own.
      const filled = text
        .replaceAll(/\{"Ref":"AWS::Partition"\}/g, 'aws-us-gov')
        .replaceAll(/\{"Ref":"AWS::Region"\}/g, 'ap-southeast-3')
        .replaceAll(/\{"Ref":"AWS::AccountId"\}/g, account)
        .replaceAll(/\{"Ref":"AWS::StackName"\}/g, stack.stackName)
        .replaceAll(
          /\{"Fn::GetAtt":\["([^"]+)","JobQueueArn"\]\}/g,
          '"arn:aws-us-gov:batch:ap-southeast-3:000000000000:job-queue/$1-0123456789abcdef"',
        )
        .replaceAll(/\{"Fn::GetAtt":\["[^"]+","Arn"\]\}/g, `"arn:aws-us-gov:s3:::${'b'.repeat(63)}"`)
        .replaceAll(
          /\{"Fn::Join":\["",\[([^\]]*)\]\]\}/g,
          (_, parts: string) => `"${parts.replaceAll(/[",]/g, '')}"`,
        );
      expect(filled).not.toMatch(/Fn::|"Ref"/);
      expect(filled.length).toBeLessThanOrEqual(6144);
    }
  });

  it('lose nothing: a member submits every workload to every pool, with a revision or without', () => {
    const all = twin.rights.people.get('members')!;
    const may = (resource: string) =>
      decide(all, {
        principal: { arn: `arn:aws:iam::${account}:user/ann`, account },
        action: 'batch:SubmitJob',
        resource,
        context: {},
      }).isAllowed;
    const arn = (rest: string) => `arn:aws:batch:ap-southeast-3:${account}:${rest}`;
    for (const { arn: queue } of twin.queues) expect(may(queue)).toBe(true);
    for (const name of definitions)
      expect([may(arn(`job-definition/${name}`)), may(arn(`job-definition/${name}:7`))]).toEqual([
        true,
        true,
      ]);
    expect(twin.queues).toHaveLength(12);
    expect([may(arn('job-definition/other')), may(arn('job-queue/other'))]).toEqual([false, false]);
  });
});
