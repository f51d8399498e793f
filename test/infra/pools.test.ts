import { checkTemplate } from '../../lib/rules/check-template.ts';
import { readTwinStack } from '../../lib/twin/template/twin-stack.ts';
import { defaultLab, strictLab, synthesize } from '../rules/synthesized.ts';
import { everyPool } from './pool-kinds.ts';

interface Found {
  readonly Type: string;
  readonly Properties: {
    readonly ComputeResources: Record<string, unknown>;
    readonly ComputeEnvironmentOrder: readonly { ComputeEnvironment: unknown; Order: number }[];
    readonly LaunchTemplateData: {
      readonly UserData: { 'Fn::Base64': string };
      readonly BlockDeviceMappings: readonly { DeviceName: string; Ebs: Record<string, unknown> }[];
    };
  };
}
// A synth throws on any finding of cdk-nag or of our rules.
const { json, imageArchitectures } = synthesize(everyPool);
const template = json as { Resources: Record<string, Found>; Parameters: Record<string, unknown> };
/** The one resource of a pool with this id. */
const one = (pool: string, id: string, type: string): Found['Properties'] => {
  const found = Object.entries(template.Resources).filter(
    ([name, each]) => name.startsWith(`Pool${pool}${id}`) && each.Type === type,
  );
  expect(found).toHaveLength(1);
  return found[0]![1].Properties;
};
const environment = (pool: string, id = 'Environment') =>
  one(pool, id, 'AWS::Batch::ComputeEnvironment').ComputeResources;
const launch = (pool: string) => one(pool, 'Template', 'AWS::EC2::LaunchTemplate').LaunchTemplateData;
const queue = (pool: string) => one(pool, 'Queue', 'AWS::Batch::JobQueue');

it('every kind of pool in one lab: no rule of ours and none of cdk-nag finds anything', () => {
  expect(checkTemplate(json, imageArchitectures)).toEqual([]);
});

describe('instance store', () => {
  it.each(['nvme', 'raid', 'parameter', 'arm64scratch', 'x86scratch'])(
    'of pool %s has no volume but the root one, and user data that takes the disks of the type',
    pool => {
      expect(launch(pool).BlockDeviceMappings.map(each => each.DeviceName)).toEqual(['/dev/xvda']);
      const text = launch(pool).UserData['Fn::Base64'];
      expect(text).toContain('Amazon EC2 NVMe Instance Storage');
      expect(text).not.toContain('/dev/xvdb');
    },
  );
});

describe('volumes', () => {
  it('are what the pool says', () => {
    const scratch = (pool: string) => launch(pool).BlockDeviceMappings[1]!.Ebs;
    const common = { Encrypted: true, DeleteOnTermination: true };
    expect(scratch('fast')).toEqual({
      ...common,
      VolumeType: 'gp3',
      VolumeSize: 4000,
      Iops: 8000,
      Throughput: 2000,
    });
    expect(scratch('io2')).toEqual({ ...common, VolumeType: 'io2', VolumeSize: 500, Iops: 100_000 });
    expect(launch('ami').BlockDeviceMappings[0]!.Ebs).toEqual({
      ...common,
      VolumeType: 'gp3',
      VolumeSize: 60,
    });
  });
});

describe('a pool that spills', () => {
  it('asks spot first, then on-demand hosts of the same types, launch template and limit', () => {
    const [spot, onDemand] = [environment('spill'), environment('spill', 'OnDemand')];
    expect(spot).toMatchObject({
      Type: 'SPOT',
      AllocationStrategy: 'SPOT_PRICE_CAPACITY_OPTIMIZED',
      MaxvCpus: 64,
    });
    expect(onDemand).toEqual({
      ...spot,
      Type: 'EC2',
      AllocationStrategy: 'BEST_FIT_PROGRESSIVE',
      InstanceRole: expect.anything(),
    });
    const order = queue('spill').ComputeEnvironmentOrder;
    expect(order.map(each => each.Order)).toEqual([1, 2]);
    expect(JSON.stringify(order.map(each => each.ComputeEnvironment))).toMatch(
      /PoolspillEnvironment.*PoolspillOnDemand/,
    );
  });

  it('is one that says so: others have one environment', () => {
    for (const pool of ['nvme', 'strategy', 'ami', 'arm64scratch'])
      expect(queue(pool).ComputeEnvironmentOrder).toHaveLength(1);
  });

  it('is read by the twin with both environments in their order', () => {
    const twin = readTwinStack(json as object, { region: 'eu-central-1', account: '000000000000' });
    const found = twin.queues.find(each => each.name.includes('Poolspill'))!;
    const environments = found.computeEnvironments.map(arn =>
      twin.computeEnvironments.find(each => each.arn === arn),
    );
    expect(environments).toMatchObject([{ isSpot: true, maxvCpus: 64 }, { maxvCpus: 64 }]);
    expect(environments[1]).not.toHaveProperty('isSpot');
    // Images by parameter are no obstacle to it.
    expect(twin.queues).toHaveLength(everyPool.workloads.rapidtide.pools.length);
  });
});

it('an allocation strategy is the pool’s own', () => {
  expect(environment('strategy').AllocationStrategy).toBe('SPOT_CAPACITY_OPTIMIZED');
});

describe('an image of one’s own', () => {
  it('by id is in the environment, with its type', () => {
    expect(environment('ami').Ec2Configuration).toEqual([
      { ImageType: 'ECS_AL2023', ImageIdOverride: 'ami-0123456789abcdef0' },
    ]);
    expect(launch('ami')).not.toHaveProperty('ImageId');
  });

  it('by parameter is looked up by CloudFormation at each deploy', () => {
    const [{ ImageType, ImageIdOverride }] = environment('parameter').Ec2Configuration as [
      { ImageType: string; ImageIdOverride: { Ref: string } },
    ];
    expect(ImageType).toBe('ECS_AL2023');
    expect(template.Parameters[ImageIdOverride.Ref]).toEqual({
      Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
      Default: '/lab/image',
    });
  });

  it('is of pools that name one: for others Batch takes the newest', () => {
    for (const pool of ['nvme', 'spill', 'fast'])
      expect(environment(pool).Ec2Configuration).toEqual([{ ImageType: 'ECS_AL2023' }]);
  });
});

it('a workload with a limit of its own has its own queues, with their own environments', () => {
  const { json: limited } = synthesize({
    ...defaultLab,
    workloads: { rapidtide: { ...defaultLab.workloads!.rapidtide, maxvCpus: 32 } },
  });
  const { Resources, Outputs } = limited as {
    Resources: Record<string, Found>;
    Outputs: { ArraylabMap: { Value: unknown } };
  };
  const found = Object.entries(Resources).filter(
    ([, each]) => each.Type === 'AWS::Batch::ComputeEnvironment',
  );
  expect(found.map(([id]) => id.replace(/Environment.*/, ''))).toEqual([
    'Poolarm64ondemandrapidtide',
    'Poolx86ondemandrapidtide',
  ]);
  expect(found.map(([, each]) => each.Properties.ComputeResources.MaxvCpus)).toEqual([32, 32]);
  expect(JSON.stringify(Outputs.ArraylabMap)).toContain('arm64-ondemand-rapidtide');
});

it('pools of every kind pass what a compliance pack wants, with volumes under the lab’s own key', () => {
  const { json: strict } = synthesize({
    ...everyPool,
    ...strictLab,
    workloads: {
      rapidtide: {
        ...strictLab.workloads!.rapidtide,
        pools: everyPool.workloads.rapidtide.pools,
      },
    },
  });
  const volumes = Object.values((strict as { Resources: Record<string, Found> }).Resources)
    .filter(each => each.Type === 'AWS::EC2::LaunchTemplate')
    .flatMap(each => each.Properties.LaunchTemplateData.BlockDeviceMappings.map(({ Ebs }) => Ebs.KmsKeyId));
  expect(volumes.length).toBeGreaterThan(10);
  expect(new Set(volumes.map(each => JSON.stringify(each))).size).toBe(1);
  expect(volumes[0]).toMatchObject({ 'Fn::GetAtt': [expect.any(String), 'Arn'] });
});
