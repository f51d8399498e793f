import type { LabConfigInput } from '../../lib/config/define-lab.ts';
import { synthesize } from '../cli/stack/fake-lab.ts';
import { rapidtideLab } from '../helpers/rapidtide-lab.ts';

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

const labs: readonly (readonly [string, LabConfigInput])[] = [
  ['the default lab', rapidtideLab],
  ['a lab with a key of its own', { ...rapidtideLab, network: 'private-nat', compliance: 'hipaa' }],
];

describe.each(labs)('%s', (_name, config) => {
  const { Resources } = synthesize(config) as unknown as { Resources: Record<string, Resource> };
  const ofType = (type: string): [string, Resource][] =>
    Object.entries(Resources).filter(([, each]) => each.Type === type);

  it('keeps whatever holds data when the stack goes or replaces it, so that a bare cdk destroy loses none', () => {
    const stateful = [
      ...ofType('AWS::S3::Bucket'),
      ...ofType('AWS::S3::BucketPolicy'),
      ...ofType('AWS::KMS::Key'),
      ...ofType('AWS::Logs::LogGroup').filter(([id]) => !/FlowLogs/.test(id)),
    ];
    expect(stateful.length).toBeGreaterThanOrEqual(config.compliance ? 7 : 6);
    for (const [id, { DeletionPolicy, UpdateReplacePolicy }] of stateful)
      expect([id, DeletionPolicy, UpdateReplacePolicy]).toEqual([id, 'Retain', 'Retain']);
  });

  it('has buckets that say whose they are and what for, in tags that a later stack finds them by', () => {
    const roles = ofType('AWS::S3::Bucket').map(([, { Properties }]) => {
      const tags = new Map(
        (Properties.Tags as { Key: string; Value: string }[]).map(each => [each.Key, each.Value]),
      );
      expect(tags.get('arraylab:lab')).toBe('lab');
      return tags.get('arraylab:role');
    });
    expect(roles.sort()).toEqual(['access-logs', 'output']);
  });

  it('gives hosts and their disks the lab’s tag from their first second, so that an audit finds each', () => {
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
});
