import { bucketState, deniesPlain } from '../../../lib/aws/account/bucket-state.ts';
import { type Answer, type Asked, fakeAws, s3Error } from './fake-aws.ts';

let aws: Awaited<ReturnType<typeof fakeAws>>;
let answers: Record<string, Answer>;
beforeAll(async () => {
  const sub = ({ action }: Asked): string => /\?([a-zA-Z]+)/.exec(action)?.[1] ?? '';
  aws = await fakeAws(asked => answers[sub(asked)]);
});
afterAll(() => aws.stop());
const xml = (body: string): Answer => ({ body });
const tlsPolicy = JSON.stringify({
  Statement: [
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ],
});

it('reads every setting that our stack makes', async () => {
  answers = {
    location: xml(
      '<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">EU</LocationConstraint>',
    ),
    versioning: xml('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'),
    encryption: xml(
      '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>',
    ),
    publicAccessBlock: xml(
      '<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>',
    ),
    policy: { body: tlsPolicy },
    lifecycle: xml(
      '<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter><Prefix></Prefix></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>2</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule><Rule><Status>Enabled</Status><Filter><Prefix>tmp/</Prefix></Filter><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>',
    ),
    ownershipControls: xml(
      '<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>',
    ),
  };
  expect(await bucketState(aws.endpoint, 'kept')).toEqual({
    region: 'eu-west-1',
    versioning: true,
    encryption: 'aws:kms',
    publicAccessBlocked: true,
    tlsOnly: true,
    abortUploadsDays: 2,
    ownership: 'BucketOwnerEnforced',
  });
});

it('reads a bucket that has none of them', async () => {
  answers = {
    location: xml('<LocationConstraint/>'),
    versioning: xml('<VersioningConfiguration/>'),
    encryption: s3Error('ServerSideEncryptionConfigurationNotFoundError', 404),
    publicAccessBlock: s3Error('NoSuchPublicAccessBlockConfiguration', 404),
    policy: s3Error('NoSuchBucketPolicy', 404),
    lifecycle: s3Error('NoSuchLifecycleConfiguration', 404),
    ownershipControls: s3Error('OwnershipControlsNotFoundError', 404),
  };
  expect(await bucketState(aws.endpoint, 'bare')).toEqual({
    region: 'us-east-1',
    versioning: false,
    publicAccessBlocked: false,
    tlsOnly: false,
    ownership: 'ObjectWriter',
  });
});

it('is no state at all where one setting may not be read', async () => {
  answers = { ...answers, policy: s3Error('AccessDenied', 403) };
  await expect(bucketState(aws.endpoint, 'bare')).rejects.toMatchObject({ name: 'AccessDenied' });
});

it('knows a policy that denies what comes without TLS from one that does not', () => {
  expect(deniesPlain(tlsPolicy)).toBe(true);
  expect(deniesPlain(tlsPolicy.replace('"Deny"', '"Allow"'))).toBe(false);
  expect(
    deniesPlain('{"Statement":{"Effect":"Deny","Condition":{"Bool":{"aws:SecureTransport":false}}}}'),
  ).toBe(true);
  expect(deniesPlain(undefined)).toBe(false);
});
