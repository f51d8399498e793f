import { workloads } from '../../jobs/index.ts';
import { overridesOf } from '../../lib/config/overrides.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { resolveMounts } from '../../lib/config/resolve-mounts.ts';
import { rapidtideLab } from '../helpers/rapidtide-lab.ts';
import { problemsOf } from './problems-of.ts';

it('fills in every default', () => {
  const config = resolveConfig(rapidtideLab, workloads);
  expect(config).toMatchObject({ name: 'lab', region: 'us-east-1', network: 'public', logRetentionDays: 90 });
  expect(config.workloads.rapidtide).toMatchObject({ enabled: true, resources: { memoryMiB: 62_000 } });
  expect(config.pools['arm64-ondemand']!.instanceTypes).toContain('m7g.4xlarge');
});

it('a workload that is not written down is off', () => {
  expect(resolveConfig({}, workloads).workloads.rapidtide!.enabled).toBe(false);
});

it('tells every problem at once, each with its place', () => {
  const text = problemsOf({
    ...rapidtideLab,
    name: 'My Lab',
    regoin: 'x',
    datasets: { hcp: { bucket: 's3://hcp', access: 'key', prefix: '/a' } },
    pools: { odd: { architecture: 'arm64', instanceTypes: ['m7i.4xlarge', 'z9.huge'] } },
    workloads: {
      rapidtide: { resources: { timeoutSeconds: 30, attempts: 11 }, datasets: { '/data_in': 'hpc' } },
      rapitide: {},
    },
  });
  for (const words of [
    'name: "My Lab" is not a name',
    'regoin: is not understood\n  did you mean region?',
    'datasets.hcp.bucket: "s3://hcp"',
    'datasets.hcp.access: "key"',
    'datasets.hcp.prefix: "/a"',
    'm7i.4xlarge is x86_64, and the pool arm64',
    '"z9.huge" is no instance type',
    'timeoutSeconds: 30 is not a whole number from 60',
    'attempts: 11',
    '"hpc" is no dataset\n  did you mean hcp?',
    'workloads.rapitide: is no workload\n  did you mean rapidtide?',
  ]) {
    expect(text).toContain(words);
  }
});

it('refuses memory that no host of a pool gives', () => {
  expect(
    problemsOf({
      ...rapidtideLab,
      workloads: {
        rapidtide: {
          ...rapidtideLab.workloads.rapidtide,
          resources: { memoryMiB: 63_488 },
          pools: ['small'],
        },
      },
      pools: { small: { architecture: 'arm64', instanceTypes: ['m7g.4xlarge'] } },
    }),
  ).toContain('8 vCPUs and 63488 MiB fit no host of pool small\n  its largest gives containers 62259 MiB');
});

it('a dataset with keys has the secret of its own name', () => {
  const config = resolveConfig(rapidtideLab, workloads);
  expect(resolveMounts(config, workloads[0]!)['/data_in']).toEqual({
    bucket: 'hcp-openaccess',
    region: 'us-east-1',
    prefix: '',
    access: 'keys',
    secretId: 'arraylab/lab/hcp',
  });
});

describe('an NDA package', () => {
  const abcd = (more: object) => ({
    datasets: { abcd: { access: 'nda' as const, package: 1_234_567, ...more } },
    workloads: { rapidtide: { datasets: { '/data_in': 'abcd' } } },
  });

  it('is a dataset with a login instead of a bucket', () => {
    const config = resolveConfig(abcd({ files: 'sub-{item}/', buckets: ['NDAR_Central_1'] }), workloads);
    expect(resolveMounts(config, workloads[0]!)).toEqual({
      '/data_in': {
        bucket: 'nda-1234567',
        region: 'us-east-1',
        prefix: '',
        access: 'nda',
        package: '1234567',
        files: 'sub-{item}/',
        secretId: 'arraylab/lab/abcd',
      },
    });
  });

  it('names its buckets in a lab under compliance, where NDA’s are in the region', () => {
    const held = { compliance: 'hipaa' as const, network: 'private-nat' as const };
    expect(problemsOf({ ...abcd({}), ...held })).toContain(
      "datasets.abcd.buckets: names no bucket, and a lab under hipaa reaches in S3 of us-east-1 what is named\n  those of the package's files",
    );
    expect(problemsOf({ ...abcd({ buckets: ['NDAR_Central_1'] }), ...held })).toBe('');
    expect(problemsOf({ ...abcd({}), ...held, region: 'eu-central-1' })).toBe('');
    expect(problemsOf(abcd({ buckets: ['s3://NDAR/'] }))).toContain('"s3://NDAR/" is not a bucket’s name');
  });

  it('needs its id, and a pattern that says which files are an item’s', () => {
    const text = problemsOf(abcd({ package: 'abcd', files: 'sub-(', bucket: 'b' }));
    for (const words of [
      'package: abcd is not the id',
      'does not say which files',
      'Invalid regular',
      'bucket: is not',
    ])
      expect(text).toContain(words);
  });
});

it('refuses throughput that the volume’s IOPS cannot carry', () => {
  const pools = (scratch: object) => ({ ...rapidtideLab, pools: { 'arm64-ondemand': { scratch } } });
  expect(problemsOf(pools({ throughputMiBps: 1000 }))).toContain(
    '1000 MiB/s need 4000 IOPS, and 3000 are given',
  );
  expect(problemsOf(pools({ throughputMiBps: 1000, iops: 4000 }))).toBe('');
});

describe('network', () => {
  const isolated = (more: object) => problemsOf({ ...rapidtideLab, network: 'private-endpoints', ...more });

  it('refuses a mode that is not there', () => {
    expect(problemsOf({ ...rapidtideLab, network: 'privat' })).toContain(
      'network: "privat" is not a network mode\n  one of public, private-nat, private-endpoints',
    );
  });

  it('private-endpoints refuses what is only on the internet, or in another region, all at once', () => {
    const text = isolated({
      datasets: {
        far: { bucket: 'far', region: 'eu-west-1', access: 'public' },
        abcd: { access: 'nda', package: 7 },
      },
      workloads: {
        rapidtide: { datasets: { '/data_in': 'far' }, image: 'public.ecr.aws/rapidtide/rapidtide:1' },
      },
    });
    for (const words of [
      'datasets.far.region: eu-west-1 is not the lab’s region us-east-1',
      'datasets.abcd: is downloaded from nda.nih.gov',
      'workloads.rapidtide.image: public.ecr.aws/rapidtide/rapidtide:1 is not in ECR of us-east-1',
      "network: 'private-nat' has a way to the internet",
    ])
      expect(text).toContain(words);
  });

  it('private-endpoints takes images of ECR in the lab’s region, and of no other', () => {
    const image = (uri: string) =>
      isolated({ workloads: { rapidtide: { ...rapidtideLab.workloads.rapidtide, image: uri } } });
    expect(image(`111122223333.dkr.ecr.us-east-1.amazonaws.com/hub/rapidtide@sha256:${'0'.repeat(64)}`)).toBe(
      '',
    );
    expect(image('111122223333.dkr.ecr.eu-west-1.amazonaws.com/rapidtide:1')).toContain('is not in ECR');
  });
});

describe('a network that is there already', () => {
  const vpc = 'vpc-0123456789abcdef0';
  it('is named by ids, each once', () => {
    const subnets = ['subnet-0123456789abcdef0'];
    expect(problemsOf({ ...rapidtideLab, network: { vpc, subnets } })).toBe('');
    const text = problemsOf({
      ...rapidtideLab,
      network: { vpc: 'my-vpc', subnets: ['a', ...subnets, ...subnets], extra: 1 } as never,
    });
    for (const words of [
      '"my-vpc" is not a VPC’s id',
      '"a" is not a subnet’s id',
      'is there twice',
      'network.extra',
    ])
      expect(text).toContain(words);
    expect(problemsOf({ ...rapidtideLab, network: { vpc, subnets: [] } })).toContain('names no subnet');
  });
  it('is taken from the command line as JSON, and what is none is told', () => {
    const network = { vpc, subnets: ['subnet-0123456789abcdef0'] };
    const said = (word: string) => resolveConfig(rapidtideLab, workloads, { network: word }).network;
    expect(said(JSON.stringify(network))).toEqual(network);
    expect(() => said(`{vpc:${vpc}}`)).toThrow(
      "one of public, private-nat, private-endpoints, or { vpc: 'vpc-…'",
    );
    expect(() => said(JSON.stringify({ vpc }))).toThrow('network.subnets: names no subnet');
  });
  it('cannot be held to a pack', () => {
    const network = { vpc, subnets: ['subnet-0123456789abcdef0'] };
    expect(problemsOf({ ...rapidtideLab, network, compliance: 'hipaa' })).toContain(
      'cannot be held in a VPC',
    );
  });
});

it('the European sovereign cloud’s region is one', () => {
  expect(problemsOf({ ...rapidtideLab, region: 'eusc-de-east-1' })).toBe('');
});

it('compliance refuses registries that answer with S3, but through ECR’s cache', () => {
  const workloads = { rapidtide: { ...rapidtideLab.workloads.rapidtide, image: 'quay.io/org/tool:1' } };
  const held = { ...rapidtideLab, workloads, compliance: 'hipaa' as const, network: 'private-nat' as const };
  expect(problemsOf(held)).toContain('quay.io keeps layers in buckets of S3');
  expect(problemsOf({ ...held, pullThroughCache: { quay: { upstream: 'quay.io' } } })).toBe('');
  expect(problemsOf({ ...rapidtideLab, workloads })).toBe('');
});

describe('compliance', () => {
  it('wants a private network, and says which', () => {
    expect(problemsOf({ ...rapidtideLab, compliance: 'hipaa' })).toContain(
      "'public' gives hosts public addresses, which hipaa forbids\n  network: 'private-nat'",
    );
    expect(problemsOf({ ...rapidtideLab, compliance: 'hipaa', network: 'private-nat' })).toBe('');
    expect(problemsOf({ ...rapidtideLab, compliance: 'gdpr' })).toContain('one of nist-800-53-r5, hipaa');
  });

  it('network and compliance can be overridden for one synth', () => {
    expect(
      resolveConfig(rapidtideLab, workloads, { network: 'private-nat', compliance: 'nist-800-53-r5' }),
    ).toMatchObject({ network: 'private-nat', compliance: 'nist-800-53-r5' });
  });
});

it('the key of an existing bucket is an ARN, and of a bucket', () => {
  const key = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  expect(problemsOf({ ...rapidtideLab, existingOutputBucket: 'mine', existingOutputBucketKey: key })).toBe(
    '',
  );
  expect(problemsOf({ ...rapidtideLab, existingOutputBucketKey: 'alias/mine' })).toMatch(
    /is the key of no bucket[\s\S]*"alias\/mine" is not a key’s ARN/,
  );
});

it('takes any one-word setting from the command line, and says what is wrong with it', () => {
  const config = resolveConfig(rapidtideLab, workloads, {
    name: 'b',
    network: 'private-nat',
    logRetentionDays: '30',
  });
  expect(config).toMatchObject({ name: 'b', network: 'private-nat', logRetentionDays: 30 });
  expect(() => resolveConfig(rapidtideLab, workloads, { network: 'privat', logRetentionDays: 'x' })).toThrow(
    /logRetentionDays: CloudWatch Logs keeps no x days[\s\S]*network: "privat"/,
  );
});

describe('-c name=value', () => {
  it('is taken for what it names, beside what is CDK’s and somebody else’s', () => {
    const context = {
      '@aws-cdk/core:x': true,
      'aws:cdk:y': true,
      owner: 'me',
      lab: 'a',
      network: 'private-nat',
    };
    expect(overridesOf(context)).toEqual({ name: 'a', network: 'private-nat' });
  });
  it.each([
    [{ netwrok: 'private-nat' }, '-c netwrok: is not known\n  did you mean -c network=…?'],
    [{ name: 'a' }, 'did you mean -c lab=…?'],
    [{ pools: '{}' }, '-c pools: is more than a word\n  write it in lab.config.ts'],
  ])('%j is refused, though CDK takes any word', (context, text) => {
    expect(() => overridesOf(context)).toThrow(text);
  });
});
