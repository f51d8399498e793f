import { synthesize } from '../cli/lifecycle/fake-lab.ts';

const { Resources } = synthesize({
  datasets: { hcp: { bucket: 'hcp-openaccess', access: 'keys' } },
  workloads: { rapidtide: { datasets: { '/data_in': 'hcp' } } },
}) as unknown as {
  Resources: Record<
    string,
    {
      Type: string;
      DeletionPolicy?: string;
      UpdateReplacePolicy?: string;
      Properties: Record<string, unknown>;
    }
  >;
};
const ofType = (type: string) => Object.entries(Resources).filter(([, each]) => each.Type === type);

it('whatever holds data stays when the stack goes or replaces it, so that a bare cdk destroy loses none', () => {
  const stateful = [
    ...ofType('AWS::S3::Bucket'),
    ...ofType('AWS::S3::BucketPolicy'),
    ...ofType('AWS::KMS::Key'),
    ...ofType('AWS::Logs::LogGroup').filter(([id]) => !/FlowLogs/.test(id)),
  ];
  expect(stateful.length).toBeGreaterThanOrEqual(5);
  for (const [id, { DeletionPolicy, UpdateReplacePolicy }] of stateful)
    expect([id, DeletionPolicy, UpdateReplacePolicy]).toEqual([id, 'Retain', 'Retain']);
});

it('buckets say whose they are and what for, in tags that a later stack finds them by', () => {
  const roles = ofType('AWS::S3::Bucket').map(([, { Properties }]) => {
    const tags = new Map(
      (Properties.Tags as { Key: string; Value: string }[]).map(each => [each.Key, each.Value]),
    );
    expect(tags.get('arraylab:lab')).toBe('lab');
    return tags.get('arraylab:role');
  });
  expect(roles.sort()).toEqual(['access-logs', 'output']);
});

it('hosts and their disks carry the lab’s tag from their first second, so that an audit finds each', () => {
  const templates = ofType('AWS::EC2::LaunchTemplate');
  expect(templates.length).toBeGreaterThan(0);
  for (const [, { Properties }] of templates) {
    const data = Properties.LaunchTemplateData as {
      TagSpecifications: { ResourceType: string; Tags: { Key: string; Value: string }[] }[];
    };
    for (const type of ['instance', 'volume'])
      expect(data.TagSpecifications.find(each => each.ResourceType === type)?.Tags).toContainEqual({
        Key: 'arraylab:lab',
        Value: 'lab',
      });
  }
});
