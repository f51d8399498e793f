import {
  BatchClient,
  DescribeJobsCommand,
  SubmitJobCommand,
  TerminateJobCommand,
} from '@aws-sdk/client-batch';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { bucket } from './rights-template.ts';
import { config, jobKeys, outcome, said, startRightsTwin, twin } from './rights-twin.ts';

startRightsTwin();

const s3 = (credentials: object) => new S3Client({ ...config(credentials), forcePathStyle: true });
const admin = () => s3(twin.keys.deployer);
const put = (client: S3Client, Key: string, more: object = {}) =>
  client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x', ...more }));
const get = (client: S3Client, Key: string, Bucket = bucket) =>
  client.send(new GetObjectCommand({ Bucket, Key }));

describe('a job is its role', () => {
  it('writes and reads where its policies say, and is refused elsewhere in AWS’s words', async () => {
    const job = s3(await jobKeys());
    expect(await outcome(put(job, 'runs/a'))).toBe('ok');
    expect(await outcome(get(job, 'runs/a'))).toBe('ok');
    expect(await outcome(put(job, 'config/a'))).toBe(
      'AccessDenied: User: arn:aws:sts::000000000000:assumed-role/jobs/task is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::lab-output/config/a" because no identity-based policy allows the s3:PutObject action',
    );
    expect(said.at(-1)).toBe(
      'refused: assumed-role/jobs/task s3:PutObject on arn:aws:s3:::lab-output/config/a: JobsPolicy statement 1 allows it on arn:aws:s3:::lab-output/runs/*, arn:aws:s3:::lab-output/sealed/* only',
    );
  });

  it('is denied by its bucket’s policy what its own allow', async () => {
    const denied = await outcome(put(s3(await jobKeys()), 'sealed/a'));
    expect(denied).toContain('with an explicit deny in a resource-based policy');
    expect(said.at(-1)).toContain('denied by OutputPolicy statement 2');
    expect(await outcome(put(admin(), 'sealed/a'))).toContain('with an explicit deny');
  });

  it('lists below its prefix alone, and learns nothing of what is not there elsewhere', async () => {
    const job = s3(await jobKeys());
    const list = (more: object) => outcome(job.send(new ListObjectsV2Command({ Bucket: bucket, ...more })));
    expect(await list({ Prefix: 'runs/' })).toBe('ok');
    expect(await list({ Prefix: 'config/' })).toContain('s3:ListBucket');
    expect(await list({})).toContain('s3:ListBucket');
    expect(await outcome(get(job, 'runs/none'))).toContain('NoSuchKey');
    expect(await outcome(get(job, 'sealed/none'))).toContain('AccessDenied');
  });

  it('deletes on its condition alone, one by one and many at once', async () => {
    const job = s3(await jobKeys());
    const { ETag } = await put(job, 'runs/gone');
    const key = { Bucket: bucket, Key: 'runs/gone' };
    expect(await outcome(job.send(new DeleteObjectCommand(key)))).toContain('s3:DeleteObject');
    const Objects = [{ Key: 'runs/gone' }, { Key: 'config/x', ETag: ETag! }];
    const { Errors } = await job.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
    expect(Errors?.map(each => [each.Key, each.Code])).toEqual([
      ['runs/gone', 'AccessDenied'],
      ['config/x', 'AccessDenied'],
    ]);
    expect(await outcome(job.send(new DeleteObjectCommand({ ...key, IfMatch: ETag! })))).toBe('ok');
  });

  it('needs the rights of all that a request does: its source, its tags, its upload', async () => {
    const job = s3(await jobKeys());
    await put(admin(), 'config/source');
    const copy = new CopyObjectCommand({
      Bucket: bucket,
      Key: 'runs/copy',
      CopySource: `${bucket}/config/source`,
    });
    expect(await outcome(job.send(copy))).toContain(
      's3:GetObject on resource: "arn:aws:s3:::lab-output/config/source"',
    );
    expect(await outcome(put(job, 'runs/tagged', { Tagging: 'a=1' }))).toContain('s3:PutObjectTagging');
    const begin = (Key: string) =>
      outcome(job.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key })));
    expect([await begin('runs/big'), (await begin('config/big')).slice(0, 12)]).toEqual([
      'ok',
      'AccessDenied',
    ]);
  });

  it('reads its secret and no other', async () => {
    const secrets = new SecretsManagerClient(config(await jobKeys()));
    const read = (SecretId: string) => outcome(secrets.send(new GetSecretValueCommand({ SecretId })));
    expect(await read('lab/keys')).toBe('ok');
    expect(await read('lab/other')).toContain(
      'AccessDeniedException: User: arn:aws:sts::000000000000:assumed-role/jobs',
    );
    expect(await read('lab/none')).toContain('AccessDeniedException');
  });

  it('reads what is encrypted with the account’s own key where it may use that, too', async () => {
    const read = async (role: string) =>
      outcome(
        new SecretsManagerClient(config(await jobKeys(role))).send(
          new GetSecretValueCommand({ SecretId: 'lab/sealed' }),
        ),
      );
    expect(await read('opener')).toBe('ok');
    expect(await read('jobs')).toMatch(/AccessDeniedException: .* not authorized to perform: kms:Decrypt/);
  });

  it('reads what is open to the public, and no other’s data', async () => {
    const job = s3(await jobKeys());
    for (const Bucket of ['open', 'theirs'])
      await s3(twin.keys.datasets).send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
    expect([
      await outcome(get(job, 'k', 'open')),
      (await outcome(get(job, 'k', 'theirs'))).slice(0, 12),
    ]).toEqual(['ok', 'AccessDenied']);
    expect(await outcome(put(s3(twin.keys.datasets), 'k'))).toContain('AccessDenied');
  });
});

describe('a person has the members’ policy', () => {
  const submission = { jobName: 'a', jobQueue: 'queue', jobDefinition: 'work' };

  it('submits to its queues and definitions, with its tag, and ends what has it', async () => {
    const [mine, theirs] = [
      new BatchClient(config(twin.keys.members)),
      new BatchClient(config(twin.keys.deployer)),
    ];
    const submit = (more: object) => mine.send(new SubmitJobCommand({ ...submission, ...more }));
    const { jobId } = await submit({ tags: { lab: 'mine' } });
    expect(await outcome(submit({ tags: { lab: 'other' } }))).toContain('batch:TagResource');
    expect(await outcome(submit({ jobDefinition: 'delete-all' }))).toContain('job-definition/delete-all');
    expect(await outcome(submit({ jobQueue: 'other' }))).toContain('AccessDeniedException');
    const end = (id: string | undefined) =>
      outcome(mine.send(new TerminateJobCommand({ jobId: id!, reason: 'x' })));
    expect(await end(jobId)).toBe('ok');
    const other = await theirs.send(new SubmitJobCommand({ ...submission, tags: { lab: 'other' } }));
    expect(await end(other.jobId)).toContain('batch:TerminateJob');
    expect(await outcome(mine.send(new DescribeJobsCommand({ jobs: [other.jobId!] })))).toBe('ok');
  });

  it('has no right that nobody gave it: secrets, stacks, other log groups', async () => {
    const as = config(twin.keys.members);
    const [secrets, stacks, logs] = [
      new SecretsManagerClient(as),
      new CloudFormationClient(as),
      new CloudWatchLogsClient(as),
    ];
    expect(await outcome(secrets.send(new GetSecretValueCommand({ SecretId: 'lab/keys' })))).toContain(
      'AccessDenied',
    );
    expect(await outcome(stacks.send(new DescribeStacksCommand({ StackName: 'x' })))).toContain(
      'AccessDenied',
    );
    const read = (logGroupName: string) => outcome(logs.send(new FilterLogEventsCommand({ logGroupName })));
    expect(await read('/lab')).toContain('ResourceNotFound');
    expect(await read('/other')).toContain('AccessDenied');
  });
});
