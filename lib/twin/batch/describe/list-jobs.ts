import type { TwinStack } from '../../template/twin-stack.ts';
import { clientError } from '../client-error.ts';
import { isSubmitted, jobStatus, taskCount, taskOf } from '../job.ts';
import { nodeId } from '../nodes.ts';
import { findQueue } from '../submit-job.ts';
import { type Job, type Status, statuses } from '../types.ts';
import { type BatchHome, jobSummary } from './describe.ts';

type Input = Readonly<Record<string, unknown>>;
interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

/**
 * ListJobs: of a queue or the children of an array; one status (RUNNING where none is given). A filter makes it look at
 * jobs of every status, newest first, and does not apply to children. Pages of at most 1,000, of 100 with a filter.
 * Source: API reference, ListJobs.
 */
export function listJobs(
  input: Input,
  resources: TwinStack,
  jobs: ReadonlyMap<string, Job>,
  home: BatchHome,
): unknown {
  const status = (input.jobStatus ?? 'RUNNING') as Status;
  if (!statuses.includes(status)) throw clientError(`${status} is not a job status`);
  const filters = filtersOf(input);
  const most = mostOf(input, filters.length > 0 && input.arrayJobId === undefined ? 100 : 1000);
  const targets = [input.jobQueue, input.arrayJobId, input.multiNodeJobId].filter(each => each !== undefined);
  if (targets.length > 1)
    throw clientError('Only one of jobQueue, arrayJobId and multiNodeJobId can be given');
  if (targets.length === 0) throw clientError('jobQueue, arrayJobId or multiNodeJobId is needed');
  if (input.multiNodeJobId !== undefined) return listNodes(jobs, String(input.multiNodeJobId), status, home);
  if (input.arrayJobId !== undefined)
    return listChildren(
      jobs.get(String(input.arrayJobId)),
      status,
      Number(tokenOf(input, /^(\d+)$/)?.[1] ?? 0),
      most,
      home,
    );
  const after = tokenOf(input, /^(\d+) ([0-9a-f-]{36})$/);
  const queue = findQueue(resources, String(input.jobQueue));
  const found = [...jobs.values()].filter(
    job =>
      job.spec.queue === queue.name &&
      !job.spec.nodeOf &&
      (!after || order(job.spec, { createdAt: Number(after[1]), jobId: after[2]! }) > 0) &&
      (filters.length > 0 ? filters.every(filter => fits(job, filter)) : jobStatus(job) === status),
  );
  found.sort((a, b) => order(a.spec, b.spec));
  const page = found.slice(0, most);
  const { createdAt, jobId } = page.at(-1)?.spec ?? {};
  return {
    jobSummaryList: page.map(job => jobSummary(job, undefined, home)),
    ...(page.length < found.length ? { nextToken: token(`${createdAt} ${jobId}`) } : {}),
  };
}

/** Newest first. A page goes on behind the last job of the one before, whatever has become of that since. */
const order = (a: Placed, b: Placed): number =>
  b.createdAt - a.createdAt || (a.jobId < b.jobId ? -1 : a.jobId > b.jobId ? 1 : 0);
type Placed = Pick<Job['spec'], 'createdAt' | 'jobId'>;

function filtersOf(input: Input): readonly Filter[] {
  const filters = (input.filters ?? []) as { name?: string; values?: string[] }[];
  if (filters.length > 1) throw clientError('Only one filter can be used at a time');
  return filters.map(({ name, values }) => {
    if (!values || values.length === 0) throw clientError(`filter ${name} has no values`);
    // A share needs a fair-share queue, which the twin does not have: nothing fits it.
    if (
      !['JOB_NAME', 'JOB_DEFINITION', 'BEFORE_CREATED_AT', 'AFTER_CREATED_AT', 'SHARE_IDENTIFIER'].includes(
        name ?? '',
      )
    )
      throw clientError(`${name} is not a filter`);
    if (name!.endsWith('_CREATED_AT') && !/^\d+$/.test(values[0]!))
      throw clientError(`${name} must be a number of milliseconds since 1970, not ${values[0]}`);
    return { name: name!, values };
  });
}

function mostOf(input: Input, longest: number): number {
  const most = Number(input.maxResults ?? longest);
  if (!Number.isInteger(most) || most < 1) throw clientError('maxResults must be at least 1');
  return Math.min(most, longest);
}

function tokenOf(input: Input, form: RegExp): RegExpExecArray | undefined {
  if (input.nextToken === undefined) return undefined;
  const found = form.exec(Buffer.from(String(input.nextToken), 'base64url').toString());
  if (!found) throw clientError('nextToken is not valid');
  return found;
}

/** Walks the children from `start` on and stops at a full page: an array of 10,000 is never copied. */
function listChildren(
  job: Job | undefined,
  status: Status,
  start: number,
  most: number,
  home: BatchHome,
): unknown {
  if (!job) throw clientError('the array job was not found');
  // Before its parent is PENDING there are no children.
  if (isSubmitted(job)) return { jobSummaryList: [] };
  const summaries: unknown[] = [];
  let index = start;
  for (; index < taskCount(job.spec) && summaries.length < most; index++) {
    if (taskOf(job, index).status === status) summaries.push(jobSummary(job, index, home));
  }
  return { jobSummaryList: summaries, ...(index < taskCount(job.spec) ? { nextToken: token(index) } : {}) };
}

/** All on one page: the twin's machine has no thousand nodes. */
function listNodes(jobs: ReadonlyMap<string, Job>, jobId: string, status: Status, home: BatchHome): unknown {
  const main = jobs.get(jobId);
  if (main?.spec.nodes === undefined || main.spec.nodeOf)
    throw clientError('the multi-node parallel job was not found');
  const nodes = Array.from({ length: main.spec.nodes }, (_, index) => ({
    index,
    job: index === 0 ? main : jobs.get(nodeId(jobId, index)),
  }));
  return {
    jobSummaryList: nodes.flatMap(({ job, index }) =>
      job && jobStatus(job) === status ? [jobSummary(job, undefined, home, index)] : [],
    ),
  };
}

function fits(job: Job, { name, values }: Filter): boolean {
  switch (name) {
    case 'JOB_NAME':
      return values.some(value => isLike(job.spec.jobName.toLowerCase(), value.toLowerCase()));
    case 'JOB_DEFINITION':
      return values.some(value =>
        value.startsWith('arn:')
          ? job.spec.definition === value
          : isLike(job.spec.definition.split('/').at(-1)!.replace(/:\d+$/, ''), value),
      );
    case 'BEFORE_CREATED_AT':
      return job.spec.createdAt < Number(values[0]);
    case 'AFTER_CREATED_AT':
      return job.spec.createdAt > Number(values[0]);
    default:
      return false;
  }
}

const isLike = (value: string, pattern: string): boolean =>
  pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern;

const token = (at: number | string): string => Buffer.from(String(at)).toString('base64url');
