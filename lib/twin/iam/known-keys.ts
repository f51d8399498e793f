/**
 * The condition keys that the twin fills in as AWS does, or knows to be absent here: a request of the twin comes through no
 * VPC endpoint, with no MFA and for no other service. Any other key refuses, for nobody could say what it would be.
 */
const names: ReadonlySet<string> = new Set(
  [
    'aws:CurrentTime',
    'aws:EpochTime',
    'aws:PrincipalAccount',
    'aws:PrincipalArn',
    'aws:PrincipalIsAWSService',
    'aws:PrincipalOrgID',
    'aws:PrincipalServiceName',
    'aws:PrincipalType',
    'aws:RequestedRegion',
    'aws:ResourceAccount',
    'aws:SecureTransport',
    'aws:SourceAccount',
    'aws:SourceArn',
    'aws:SourceVpc',
    'aws:SourceVpce',
    'aws:TagKeys',
    'aws:TokenIssueTime',
    'aws:MultiFactorAuthPresent',
    'aws:UserAgent',
    'aws:userid',
    'aws:username',
    'aws:ViaAWSService',
    'aws:CalledVia',
    'batch:ShareIdentifier',
    'kms:ViaService',
    's3:authType',
    's3:delimiter',
    's3:if-match',
    's3:if-none-match',
    's3:max-keys',
    's3:object-lock-legal-hold',
    's3:object-lock-mode',
    's3:prefix',
    's3:RequestObjectTagKeys',
    's3:ResourceAccount',
    's3:signatureversion',
    's3:TlsVersion',
    's3:VersionId',
    's3:x-amz-acl',
    's3:x-amz-content-sha256',
    's3:x-amz-copy-source',
    's3:x-amz-metadata-directive',
    's3:x-amz-server-side-encryption',
    's3:x-amz-server-side-encryption-aws-kms-key-id',
    's3:x-amz-storage-class',
    'secretsmanager:SecretId',
    'secretsmanager:VersionId',
    'secretsmanager:VersionStage',
  ].map(each => each.toLowerCase()),
);

const starts = [
  'aws:principaltag/',
  'aws:requesttag/',
  'aws:resourcetag/',
  's3:existingobjecttag/',
  's3:requestobjecttag/',
];

export const isKnownKey = (key: string): boolean => {
  const lower = key.toLowerCase();
  return names.has(lower) || starts.some(start => lower.startsWith(start));
};
