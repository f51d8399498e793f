import type { TwinResources } from '../template/read-template.ts';
import { clientError } from './client-error.ts';
import { jobSummary } from './describe.ts';
import { jobStatus, taskCount, taskOf } from './job.ts';
import { findQueue } from './submit-job.ts';
import { type Job, type Status, statuses } from './types.ts';

type Input = Readonly<Record<string, unknown>>;

/**
 * ListJobs: of a queue or the children of an array; one status (RUNNING where none is given). A filter makes it look at
 * jobs of every status, and does not apply to children. Pages of at most 1,000.
 */
export function listJobs(input: Input, resources: TwinResources, jobs: ReadonlyMap<string, Job>): unknown {
  const status = (input.jobStatus ?? 'RUNNING') as Status;
  if (!statuses.includes(status)) throw clientError(`${status} is not a job status`);
  const filters = (input.filters ?? []) as { name: string; values: string[] }[];
  const most = Math.min(1000, Number(input.maxResults ?? (filters.length > 0 ? 100 : 1000)));
  const start =
    input.nextToken === undefined ? 0 : Number(Buffer.from(String(input.nextToken), 'base64url').toString());
  if (!Number.isInteger(start)) throw clientError('nextToken is not valid');
  if (filters.length > 1) throw clientError('Only one filter can be used at a time');
  if (filters.length > 0 && most > 100) throw clientError('maxResults must be at most 100 with filters');
  if (input.arrayJobId !== undefined && input.jobQueue !== undefined)
    throw clientError('Only one of jobQueue, arrayJobId and multiNodeJobId can be given');
  if (input.arrayJobId !== undefined)
    return listChildren(jobs.get(String(input.arrayJobId)), status, start, most);
  if (input.jobQueue === undefined) throw clientError('jobQueue, arrayJobId or multiNodeJobId is needed');
  const queue = findQueue(resources, String(input.jobQueue));
  const found = [...jobs.values()].filter(
    job =>
      job.spec.queue === queue.name &&
      (filters.length > 0 ? filters.every(filter => fits(job, filter)) : jobStatus(job) === status),
  );
  found.sort((a, b) => b.spec.createdAt - a.spec.createdAt);
  return page(
    found.slice(start, start + most).map(job => jobSummary(job, undefined)),
    found.length,
    start,
  );
}

/** Walks the children from `start` on and stops at a full page: an array of 10,000 is never copied. */
function listChildren(job: Job | undefined, status: Status, start: number, most: number): unknown {
  if (!job) throw clientError('the array job was not found');
  const summaries: unknown[] = [];
  let index = start;
  for (; index < taskCount(job.spec) && summaries.length < most; index++) {
    if (taskOf(job, index).status === status) summaries.push(jobSummary(job, index));
  }
  return { jobSummaryList: summaries, ...(index < taskCount(job.spec) ? { nextToken: token(index) } : {}) };
}

function fits(job: Job, filter: { name: string; values: string[] }): boolean {
  const like = (value: string, text: string): boolean =>
    text.endsWith('*')
      ? value.toLowerCase().startsWith(text.slice(0, -1).toLowerCase())
      : value.toLowerCase() === text.toLowerCase();
  switch (filter.name) {
    case 'JOB_NAME':
      return filter.values.some(value => like(job.spec.jobName, value));
    case 'JOB_DEFINITION':
      return filter.values.some(value =>
        like(job.spec.definition.split('/').at(-1)!.replace(/:\d+$/, ''), value.replace(/:\d+$/, '')),
      );
    case 'BEFORE_CREATED_AT':
      return job.spec.createdAt < Number(filter.values[0]);
    case 'AFTER_CREATED_AT':
      return job.spec.createdAt > Number(filter.values[0]);
    default:
      throw clientError(`${filter.name} is not a filter`);
  }
}

const token = (at: number): string => Buffer.from(String(at)).toString('base64url');
const page = (list: unknown[], total: number, start: number): unknown => ({
  jobSummaryList: list,
  ...(start + list.length < total ? { nextToken: token(start + list.length) } : {}),
});
