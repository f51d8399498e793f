import {
  CloudWatchLogsClient,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  type GetLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { LogLine, Logs } from '../contract/ports/ports.ts';
import { clientConfig, type Endpoint } from './endpoint.ts';
import { errorName } from './sdk-error.ts';

/** The job log group over the SDK. A stream that is not there yet has no lines. */
export function sdkLogs(endpoint: Endpoint, logGroupName: string): Logs {
  const client = new CloudWatchLogsClient(clientConfig(endpoint));
  const ask = async (
    input: Omit<GetLogEventsCommandInput, 'logGroupName'>,
  ): Promise<Pick<GetLogEventsCommandOutput, 'events' | 'nextForwardToken'>> => {
    try {
      return await client.send(new GetLogEventsCommand({ logGroupName, ...input }));
    } catch (error) {
      if (errorName(error) !== 'ResourceNotFoundException') throw error;
      return {};
    }
  };
  return {
    async read(logStreamName, nextToken) {
      const answer = await ask({ logStreamName, startFromHead: true, nextToken });
      return {
        lines: linesOf(answer),
        ...(answer.nextForwardToken ? { token: answer.nextForwardToken } : {}),
      };
    },
    async tail(logStreamName, limit) {
      return linesOf(await ask({ logStreamName, startFromHead: false, limit }));
    },
  };
}

const linesOf = ({ events = [] }: Pick<GetLogEventsCommandOutput, 'events'>): readonly LogLine[] =>
  events.map(({ timestamp = 0, message = '' }) => ({ at: timestamp, message }));
