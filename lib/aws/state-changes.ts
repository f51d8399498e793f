import type { JobDetail as SdkJob } from '@aws-sdk/client-batch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { JobDetail, StateChanges } from '../contract/ports/ports.ts';
import { toDetail } from './batch.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';
import { errorName } from './sdk-error.ts';

/** A page is at most 1 MB or 10,000 events, and may be empty where CloudWatch has looked through much: enough for 10,000 children. */
const mostPages = 500;

/**
 * The log of state changes over the SDK. CloudWatch looks for the job's id and how it ended, so that what comes over the wire
 * is bounded by the job's own children. A group that is not there says nothing.
 */
export function sdkStateChanges(endpoint: Endpoint, logGroupName: string): StateChanges {
  const client = new CloudWatchLogsClient({
    ...clientConfig(endpoint),
    maxAttempts: 8,
    retryMode: 'adaptive',
  });
  const ends = async (jobId: string, since: number, how: string): Promise<readonly JobDetail[]> => {
    const jobs = new Map<string, JobDetail>();
    let nextToken: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const answer = await client
        .send(
          new FilterLogEventsCommand({
            logGroupName,
            // Clocks differ by a little.
            startTime: Math.max(0, since - 600_000),
            filterPattern: `{ ${how} && $.detail.jobId = "${jobId}*" }`,
            nextToken,
          }),
        )
        .catch((error: unknown) => {
          if (errorName(error) !== 'ResourceNotFoundException') throw error;
          return { events: [], nextToken: undefined };
        });
      for (const { message } of answer.events ?? []) {
        const job = jobOf(message ?? '');
        // Delivered at least once: the same end may be there twice.
        if (job && (job.jobId === jobId || job.jobId.startsWith(`${jobId}:`))) jobs.set(job.jobId, job);
      }
      nextToken = answer.nextToken;
      if (!nextToken) break;
    }
    return [...jobs.values()];
  };
  return {
    failed: (jobId, since) => ends(jobId, since, '$.detail.status = "FAILED"'),
    succeededLate: (jobId, since) =>
      ends(jobId, since, '$.detail.status = "SUCCEEDED" && $.detail.attempts[1].startedAt > 0'),
  };
}

/** The job of an event; undefined for a line that is none. */
function jobOf(message: string): JobDetail | undefined {
  try {
    const { detail } = JSON.parse(message) as { detail?: SdkJob };
    return detail?.jobId === undefined ? undefined : toDetail(detail);
  } catch {
    return undefined;
  }
}
