import { BatchClient } from '@aws-sdk/client-batch';
import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { ECRClient, paginateDescribeImages, paginateDescribeRepositories } from '@aws-sdk/client-ecr';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import type { Found } from '../../contract/ports/stack.ts';
import { stackName, tagNames } from '../../contract/workload/metadata.ts';
import { counted } from '../../contract/workload/number-text.ts';
import { clientConfig, type Endpoint } from '../endpoint.ts';
import { environmentDetails } from '../read/environments.ts';
import { queueDetails } from '../read/queues.ts';
import { taggedResources } from '../read/tagged.ts';
import { collect, type Look } from './look.ts';
import { isOwnName, isStackMade } from './names.ts';

/** Batch's environments and queues: one that is INVALID outlives its stack, and with it its hosts. */
export function batchLooks(endpoint: Endpoint, lab: string): readonly Look[] {
  const client = new BatchClient(clientConfig(endpoint));
  const isOurs = (tags: Record<string, string> | undefined): boolean => tags?.[tagNames.lab] === lab;
  const detail = (one: { status?: string; state?: string; statusReason?: string }): string =>
    `${one.status}, ${one.state}${one.statusReason ? `: ${one.statusReason}` : ''}`;
  return [
    {
      what: 'compute environments',
      action: 'batch:DescribeComputeEnvironments',
      async find() {
        return (await environmentDetails(client))
          .filter(one => isOurs(one.tags) && !/^DELET/.test(one.status ?? ''))
          .map(one => ({
            kind: 'compute-environment',
            id: one.computeEnvironmentName!,
            detail: detail(one),
          }));
      },
    },
    {
      what: 'job queues',
      action: 'batch:DescribeJobQueues',
      async find() {
        return (await queueDetails(client))
          .filter(one => isOurs(one.tags) && !/^DELET/.test(one.status ?? ''))
          .map(one => ({ kind: 'job-queue', id: one.jobQueueName!, detail: detail(one) }));
      },
    },
  ];
}

/** Log groups by their names: one that a service made anew after its group was deleted has no tags. */
export function logLooks(endpoint: Endpoint, lab: string): readonly Look[] {
  const client = new CloudWatchLogsClient(clientConfig(endpoint));
  const prefixes = ['', '/aws/lambda/', '/aws/codebuild/'].map(each => `${each}${stackName(lab)}-`);
  return [
    {
      what: 'log groups',
      action: 'logs:DescribeLogGroups',
      async find() {
        const found: Found[] = [];
        for (const logGroupNamePrefix of prefixes)
          for (const one of await collect(
            paginateDescribeLogGroups({ client }, { logGroupNamePrefix }),
            page => page.logGroups,
          ))
            if (isStackMade(lab, one.logGroupName ?? ''))
              found.push({
                kind: 'log-group',
                id: one.logGroupName!,
                detail: `${one.storedBytes ?? 0} bytes, kept ${one.retentionInDays ? counted(one.retentionInDays, 'day') : 'for ever'}`,
              });
        return found;
      },
    },
  ];
}

/** Repositories that a pull-through cache made are no stack's: they are found by their prefix. */
export function repositoryLooks(
  endpoint: Endpoint,
  lab: string,
  prefixes: readonly string[],
): readonly Look[] {
  const client = new ECRClient(clientConfig(endpoint));
  return [
    {
      what: 'image repositories',
      action: 'ecr:DescribeRepositories and ecr:DescribeImages',
      async find() {
        const all = await collect(paginateDescribeRepositories({ client }, {}), page => page.repositories);
        const names = all
          .map(one => one.repositoryName!)
          .filter(name => isOwnName(lab, name) || prefixes.some(prefix => name.startsWith(`${prefix}/`)));
        return Promise.all(
          names.map(async (repositoryName): Promise<Found> => {
            const images = await collect(
              paginateDescribeImages({ client }, { repositoryName }),
              page => page.imageDetails,
            );
            const bytes = images.reduce((sum, one) => sum + (one.imageSizeInBytes ?? 0), 0);
            return {
              kind: 'repository',
              id: repositoryName,
              detail: `${counted(images.length, 'image')}, ${(bytes / 1e9).toFixed(1)} GB`,
            };
          }),
        );
      },
    },
  ];
}

/** What only its tag tells: services for which there is no look of its own. */
export function taggedLooks(endpoint: Endpoint, lab: string): readonly Look[] {
  const client = new ResourceGroupsTaggingAPIClient(clientConfig(endpoint));
  return [
    {
      what: 'build projects and keys',
      action: 'tag:GetResources',
      async find() {
        const all = await taggedResources(client, lab, ['codebuild:project', 'kms:key']);
        return all.map(({ ResourceARN = '' }): Found => {
          const id = ResourceARN.split('/').at(-1)!;
          return ResourceARN.includes(':codebuild:')
            ? { kind: 'build-project', id, detail: 'costs nothing until it builds' }
            : { kind: 'key', id, detail: 'a key of KMS' };
        });
      },
    },
  ];
}
