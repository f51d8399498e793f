import type { Needed } from '../access/needed.ts';
import type { JsonCall } from '../http/service.ts';
import type { RequestContext } from '../iam/types.ts';
import { consumableName } from './consumables.ts';
import type { Job } from './types.ts';

export interface BatchWorld {
  readonly region: string;
  readonly account: string;
  /** A job by its id, or by its parent's. */
  job(id: string): Job | undefined;
}

type Input = JsonCall['input'];

/**
 * The rights that a call of Batch's needs. Source: Batch's service authorization reference; what is not listed there with a
 * resource is asked of all.
 */
export function batchRights(
  { action, input }: Pick<JsonCall, 'action' | 'input'>,
  world: BatchWorld,
): Needed[] {
  const arn = (rest: string): string => `arn:aws:batch:${world.region}:${world.account}:${rest}`;
  const called = action.toLowerCase();
  const ofAll = withoutResources[called];
  if (ofAll) return [{ action: `batch:${ofAll}`, resource: '*' }];
  const onConsumable = ofConsumables[called];
  if (onConsumable) {
    const name = consumableName(String(input.consumableResourceName ?? input.consumableResource ?? ''));
    return [{ action: `batch:${onConsumable}`, resource: arn(`consumable-resource/${name}`) }];
  }
  if (called === 'submitjob') return submission(input, arn);
  const ending = ofJobs[called];
  if (!ending) return [];
  const ids = Array.isArray(input.jobs) ? input.jobs.map(String) : [String(input.jobId ?? '')];
  return ids.map(id => ({
    action: `batch:${ending}`,
    resource: arn(`job/${id}`),
    context: tagContext('aws:resourcetag/', world.job(id.split(':')[0] ?? '')?.spec.tags ?? {}),
  }));
}

const withoutResources: Readonly<Record<string, string>> = {
  describejobs: 'DescribeJobs',
  listjobs: 'ListJobs',
  describejobqueues: 'DescribeJobQueues',
  describecomputeenvironments: 'DescribeComputeEnvironments',
  describejobdefinitions: 'DescribeJobDefinitions',
  listconsumableresources: 'ListConsumableResources',
};

const ofConsumables: Readonly<Record<string, string>> = {
  createconsumableresource: 'CreateConsumableResource',
  describeconsumableresource: 'DescribeConsumableResource',
  deleteconsumableresource: 'DeleteConsumableResource',
};

/** The plural ones are the twin's own way to end many at once. */
const ofJobs: Readonly<Record<string, string>> = {
  terminatejob: 'TerminateJob',
  terminatejobs: 'TerminateJob',
  canceljob: 'CancelJob',
  canceljobs: 'CancelJob',
};

/** A submission uses its queue, its definition and its consumable resources, and tags the job that comes of it. */
function submission(input: Input, arn: (rest: string) => string): Needed[] {
  const tags = (input.tags ?? {}) as Record<string, string>;
  const share = input.shareIdentifier;
  const context: RequestContext = {
    ...tagContext('aws:requesttag/', tags),
    ...(Object.keys(tags).length > 0 ? { 'aws:tagkeys': Object.keys(tags) } : {}),
    ...(typeof share === 'string' ? { 'batch:shareidentifier': share } : {}),
  };
  const named = (given: unknown, kind: string): string => {
    const text = String(given ?? '');
    return text.startsWith('arn:') ? text : arn(`${kind}/${text}`);
  };
  const list =
    (
      input.consumableResourcePropertiesOverride as {
        consumableResourceList?: { consumableResource: string }[];
      }
    )?.consumableResourceList ?? [];
  const used = [
    named(input.jobDefinition, 'job-definition'),
    named(input.jobQueue, 'job-queue'),
    ...list.map(each => arn(`consumable-resource/${consumableName(each.consumableResource)}`)),
  ];
  return [
    ...used.map(resource => ({ action: 'batch:SubmitJob', resource, context })),
    ...(Object.keys(tags).length > 0
      ? [{ action: 'batch:TagResource', resource: arn('job/new'), context }]
      : []),
  ];
}

const tagContext = (start: string, tags: Readonly<Record<string, string>>): RequestContext =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [`${start}${key.toLowerCase()}`, value]));
