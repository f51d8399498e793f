import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Logs } from '../contract/ports/ports.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';
import { errorName } from './sdk-error.ts';

/** The job log group over the SDK. A stream that is not there yet has no lines. */
export function sdkLogs(endpoint: Endpoint, logGroupName: string): Logs {
  const client = new CloudWatchLogsClient(clientConfig(endpoint));
  return {
    async read(logStreamName, nextToken) {
      try {
        const answer = await client.send(
          new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true, nextToken }),
        );
        const lines = (answer.events ?? []).map(event => ({
          at: event.timestamp ?? 0,
          message: event.message ?? '',
        }));
        return { lines, ...(answer.nextForwardToken ? { token: answer.nextForwardToken } : {}) };
      } catch (error) {
        if (errorName(error) !== 'ResourceNotFoundException') throw error;
        return { lines: [] };
      }
    },
  };
}
