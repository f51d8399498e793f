import { readFileSync } from 'node:fs';
import {
  BatchClient,
  DescribeJobsCommand,
  type JobStatus,
  paginateListJobs,
  SubmitJobCommand,
} from '@aws-sdk/client-batch';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { jobStatuses } from '../../lib/contract/ports/ports.ts';

/**
 * What pypeliner 0.7.0's own AWS queue asks for (pypeliner/contrib/aws: batchqueue.py, aws_batch.py), for as many jobs: a
 * list of all jobs in seven states and two queues, ten a page, before each SubmitJob; two of the states for each wait;
 * one DescribeJobs for each receive. Its wait is a loop without a pause: here each finds its job at once.
 * usage: old-pattern.ts JOBS
 */
const jobs = Number(process.argv[2]);
const { url, keys, queues, bucket, definition } = JSON.parse(readFileSync(0, 'utf8')) as {
  readonly url: string;
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly queues: readonly string[];
  readonly bucket: string;
  readonly definition: string;
};
const config = { endpoint: url, region: 'us-east-1', credentials: keys };
const client = new BatchClient(config);
const s3 = new S3Client({ ...config, forcePathStyle: true });
const prefix = 'runs/pypeliner/old/payload/';

async function list(states: readonly JobStatus[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const jobStatus of states)
    for (const jobQueue of queues)
      for await (const page of paginateListJobs({ client, pageSize: 10 }, { jobQueue, jobStatus }))
        for (const job of page.jobSummaryList ?? []) found.add(job.jobId!);
  return found;
}

const sent: string[] = [];
for (let job = 0; job < jobs; job++) {
  await list(jobStatuses);
  const Key = `${prefix}${job}/job.pickle`;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x'.repeat(2000) }));
  const { jobId } = await client.send(
    new SubmitJobCommand({ jobName: `old-${job}`, jobQueue: queues[0], jobDefinition: definition }),
  );
  sent.push(jobId!);
}
for (const [job, jobId] of sent.entries()) {
  while (!(await list(['FAILED', 'SUCCEEDED'])).has(jobId)) await new Promise(done => setTimeout(done, 200));
  await client.send(new DescribeJobsCommand({ jobs: [jobId] }));
  const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${prefix}${job}/job.pickle` }));
  await answer.Body!.transformToByteArray();
}
// What it took is asked for by a message.
process.channel?.ref();
process.stdout.write('done\n');
