import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from '../../lib/rules/pack.ts';
import { parseTemplate } from '../../lib/rules/parse-template.ts';
import { runRules } from '../../lib/rules/run-rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'lab-rules-yaml-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As people write it: short forms, a date, anchors, comments. */
const yaml = `# a lab by hand
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Lab: { Type: String, Default: plates }
  Market: { Type: String, Default: EC2, AllowedValues: [EC2, SPOT] }
Conditions:
  OnSpot: !Equals [!Ref Market, SPOT]
Resources:
  Hosts:
    Type: AWS::Batch::ComputeEnvironment
    Properties:
      Type: MANAGED
      ReplaceComputeEnvironment: no
      UpdatePolicy: { JobExecutionTimeoutMinutes: 360 }
      ComputeResources:
        Type: !If [OnSpot, SPOT, EC2]
        AllocationStrategy: SPOT_CAPACITY_OPTIMIZED
        Ec2Configuration: [{ ImageType: ECS_AL2023 }]
        InstanceRole: !Sub 'arn:\${AWS::Partition}:iam::\${AWS::AccountId}:instance-profile/hosts'
        InstanceTypes: !Split [',', 'm6i.large,m6i.xlarge']
        MaxvCpus: 64
        Subnets: &subnets [subnet-1]
        SecurityGroupIds: [sg-1]
  Job:
    Type: AWS::Batch::JobDefinition
    Properties:
      Type: container
      Timeout: { AttemptDurationSeconds: 600 }
      ContainerProperties:
        Image: !Sub
          - \${Registry}/tool:latest
          - Registry: !ImportValue registry
        ResourceRequirements: [{ Type: MEMORY, Value: '2000' }, { Type: VCPU, Value: '1' }]
        LogConfiguration: { LogDriver: awslogs, Options: { awslogs-group: !Ref Lab } }
`;

function run(name: string, content: string, ...args: string[]) {
  const path = join(folder, name);
  writeFileSync(path, content);
  const text = { out: '', err: '' };
  const stream = (to: 'out' | 'err') => ({ write: (chunk: string) => (text[to] += chunk) });
  return {
    code: runRules([path, ...args], { out: stream('out'), err: stream('err'), version: '0.1.0' }),
    path,
    ...text,
  };
}
const rulesOf = (out: string): string[] => JSON.parse(out).map((each: { rule: string }) => each.rule);

it.each([
  ['as a file', 'lab.yaml', yaml],
  ['in what get-template prints', 'got.json', JSON.stringify({ TemplateBody: yaml })],
  ['with a byte-order mark and CR line ends', 'windows.yml', `\uFEFF${yaml.replaceAll('\n', '\r\n')}`],
])('YAML is read %s', (_, name, content) => {
  const { code, out, err } = run(name, content, '--format', 'json');
  expect({ code, rules: rulesOf(out), err }).toMatchObject({
    code: 4,
    rules: ['allocation-market', 'image-unpinned'],
  });
});

it('writes short forms out, keeps dates and times texts, and merges anchors', () => {
  const { json } = parseTemplate(`
Base: &base { A: !GetAtt Queue.Arn, At: 10:22, On: 2012-10-17, Null: yes, No: ~ }
Whole: { <<: *base, B: !Cidr [!GetAtt Vpc.CidrBlock, 2, 8], C: { 'Fn::Not': [!Condition Own] } }
Text: !Base64
  'Fn::Sub': |
    #!/bin/bash
    echo \${AWS::Region}
`);
  const base = { A: { 'Fn::GetAtt': 'Queue.Arn' }, At: '10:22', On: '2012-10-17', Null: true, No: null };
  expect(json).toEqual({
    Base: base,
    Whole: {
      ...base,
      B: { 'Fn::Cidr': [{ 'Fn::GetAtt': 'Vpc.CidrBlock' }, 2, 8] },
      C: { 'Fn::Not': [{ Condition: 'Own' }] },
    },
    Text: { 'Fn::Base64': { 'Fn::Sub': '#!/bin/bash\necho ${AWS::Region}\n' } },
  });
});

it.each([
  ['a short form that there is not', 'Resources: { A: !Reff B }', /!Reff is no short form/],
  ['a key twice', 'Resources:\n  A: 1\n  A: 2\n', /A is there twice, again at line 3, column 3/],
])('refuses %s, with its place', (_, content, message) => {
  expect(run('bad.yaml', content)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(message) });
});

it('tells findings as SARIF, each beside the line of its resource', () => {
  const { code, out } = run('lab.yaml', yaml, '--format', 'sarif');
  expect(code).toBe(4);
  const { version, runs } = JSON.parse(out);
  expect(version).toBe('2.1.0');
  const [{ tool, results }] = runs;
  expect(tool.driver.rules.map((each: { id: string }) => each.id)).toEqual(pack.map(each => each.id));
  const lineOf = (start: string) => yaml.split('\n').findIndex(line => line.startsWith(start)) + 1;
  expect(
    results.map((each: { ruleId: string; ruleIndex: number; locations: { physicalLocation: object }[] }) => ({
      rule: each.ruleId,
      same: tool.driver.rules[each.ruleIndex].id === each.ruleId,
      at: each.locations[0]!.physicalLocation,
    })),
  ).toMatchObject([
    { rule: 'allocation-market', same: true, at: { region: { startLine: lineOf('  Hosts:') } } },
    { rule: 'image-unpinned', same: true, at: { region: { startLine: lineOf('  Job:') } } },
  ]);
});

it('tells no finding as SARIF with no results, exit code 0, and refuses a format that there is not', () => {
  const clean = run('clean.yaml', 'Resources: { Topic: { Type: AWS::SNS::Topic } }', '--format=sarif');
  expect(clean.code).toBe(0);
  expect(JSON.parse(clean.out).runs[0].results).toEqual([]);
  expect(run('clean.yaml', 'Resources: {}', '--format', 'xml')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--format sarif'),
  });
});
