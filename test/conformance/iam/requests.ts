import type { Policy, RequestContext } from '../../../lib/twin/iam/types.ts';
import type { Random } from './random.ts';

interface Asked {
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

const objects = [
  ...['GetObject', 'GetObject', 'GetObject', 'PutObject', 'PutObject', 'PutObject', 'DeleteObject'],
  ...['AbortMultipartUpload', 'ListMultipartUploadParts', 'GetObjectVersion', 'PutObjectTagging'],
  'DeleteObjectVersion',
];
const buckets = [
  ...['ListBucket', 'ListBucket', 'ListBucket', 'ListBucket', 'GetBucketLocation', 'GetBucketVersioning'],
  ...['ListBucketMultipartUploads', 'ListBucketVersions'],
];
const describes = ['DescribeJobs', 'ListJobs', 'DescribeJobQueues', 'DescribeJobDefinitions'];
const keys = [
  'runs/rapidtide/r/manifest',
  'runs/other/r/manifest',
  'config/script.sh',
  'data/x',
  'v1/sub-001/a b',
  'runs/rapidtide',
  'x',
];

/** A request that the policies are about, or one that is nearly so. */
export function requestOf(policies: readonly Policy[], pick: Random): Asked {
  const kind = pick.one(['s3', 's3', 's3', 's3', 'batch', 'logs', 'secrets']);
  if (kind === 's3') return ofS3(policies, pick);
  const batch = (rest: string) => `arn:aws:batch:us-east-1:000000000000:${rest}`;
  if (kind === 'batch') {
    const action = pick.one(['SubmitJob', 'TerminateJob', 'CancelJob', 'TagResource', ...describes]);
    if (describes.includes(action)) return { action: `batch:${action}`, resource: '*', context: {} };
    const lab = pick.one(['lab', 'other']);
    if (action !== 'SubmitJob') {
      const key = action === 'TagResource' ? 'aws:requesttag/arraylab:lab' : 'aws:resourcetag/arraylab:lab';
      const context: RequestContext = pick.chance(0.8) ? { [key]: lab } : {};
      const withKeys: RequestContext = action === 'TagResource' ? { 'aws:tagkeys': ['arraylab:lab'] } : {};
      return {
        action: `batch:${action}`,
        resource: batch(`job/${pick.one(['0b0c', '0b0c-1'])}`),
        context: { ...withKeys, ...context },
      };
    }
    const resource = pick.one([
      ...instances(policies, 'arn:aws:batch:', pick).filter(each => !each.includes(':job/')),
      batch('job-definition/arraylab-lab-rapidtide-x86:7'),
      batch('job-definition/other'),
      batch('job-queue/other'),
    ]);
    return { action: 'batch:SubmitJob', resource, context: {} };
  }
  if (kind === 'logs') {
    const group = (name: string) => `arn:aws:logs:us-east-1:000000000000:log-group:${name}:log-stream:s`;
    const known = instances(policies, 'arn:aws:logs:', pick).map(
      each => /log-group:([^:]*)/.exec(each)?.[1] ?? 'x',
    );
    return {
      action: pick.one(['logs:GetLogEvents', 'logs:PutLogEvents']),
      resource: group(pick.one([...known, '/other'])),
      context: {},
    };
  }
  const secret = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:';
  const action = pick.one(['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue']);
  const staged = action.endsWith('GetSecretValue') && pick.chance(0.3);
  return {
    action,
    resource: pick.one([...instances(policies, 'arn:aws:secretsmanager:', pick), `${secret}other-AbCdEf`]),
    context: staged ? { 'secretsmanager:versionstage': pick.one(['AWSCURRENT', 'AWSPREVIOUS']) } : {},
  };
}

function ofS3(policies: readonly Policy[], pick: Random): Asked {
  const known = instances(policies, 'arn:aws:s3:::', pick).map(each => each.slice('arn:aws:s3:::'.length));
  const [bucket = 'b', ...path] = pick.one([...known, 'another-bucket']).split('/');
  const key = path.length > 0 && pick.chance(0.6) ? path.join('/') : pick.one(keys);
  const common: RequestContext = {
    ...maybe(pick, 'aws:securetransport', ['true', 'false'], 0.9),
    ...maybe(pick, 'aws:resourceaccount', ['000000000000', '111111111111'], 0.9),
    ...maybe(pick, 'aws:principalaccount', ['000000000000'], 0.9),
    ...maybe(pick, 'aws:currenttime', ['2026-11-28T10:00:00Z'], 0.8),
    ...maybe(pick, 'aws:useragent', ['aws-cli/2', 'boto3'], 0.3),
  };
  if (pick.chance(0.4)) {
    const action = pick.one(buckets);
    const isList = ['ListBucket', 'ListBucketVersions'].includes(action);
    const ofList = isList
      ? {
          ...maybe(pick, 's3:prefix', [...keys, '', 'runs/', 'config/', 'v1/'], 0.8),
          ...maybe(pick, 's3:delimiter', ['/'], 0.4),
          ...maybe(pick, 's3:max-keys', ['1', '10', '1000'], 0.4),
        }
      : {};
    return { action: `s3:${action}`, resource: `arn:aws:s3:::${bucket}`, context: { ...common, ...ofList } };
  }
  const action = pick.one(objects);
  const ofObject: RequestContext = {
    ...(action === 'PutObject'
      ? maybe(pick, 's3:x-amz-storage-class', ['STANDARD', 'DEEP_ARCHIVE'], 0.4)
      : {}),
    ...(action === 'PutObject' ? maybe(pick, 's3:if-none-match', ['*'], 0.3) : {}),
    ...(action === 'DeleteObject' ? maybe(pick, 's3:if-match', ['"etag"'], 0.5) : {}),
    ...(action.includes('Version') ? maybe(pick, 's3:versionid', ['null', 'abc'], 0.9) : {}),
    ...(action.includes('Tagging') ? { 's3:requestobjecttagkeys': pick.one([['a'], ['a', 'b'], []]) } : {}),
  };
  return {
    action: `s3:${action}`,
    resource: `arn:aws:s3:::${bucket}/${key}`,
    context: { ...common, ...ofObject },
  };
}

const maybe = (pick: Random, key: string, values: readonly string[], probability: number): RequestContext =>
  pick.chance(probability) ? { [key]: pick.one(values) } : {};

const resourcesIn = (policies: readonly Policy[], start: string): string[] =>
  policies
    .flatMap(policy =>
      policy.statements.flatMap(each => [...(each.resources ?? []), ...(each.notResources ?? [])]),
    )
    .filter(each => each.startsWith(start));

/** Resources that patterns of the policies are about: wildcards and variables have become texts. */
const instances = (policies: readonly Policy[], start: string, pick: Random): string[] =>
  resourcesIn(policies, start).map(each =>
    each
      .replaceAll(/\$\{[^}]*\}/g, 'x')
      .replaceAll('*', () => pick.one(['x', '7', 'a-b']))
      .replaceAll('?', 'q'),
  );
