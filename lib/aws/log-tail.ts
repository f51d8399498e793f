import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { clientConfig, type Endpoint } from './endpoint.ts';

/** The last lines of a stream of the job log group, as one text; lines show up some seconds after they were printed. */
export function logTail(endpoint: Endpoint, logGroupName: string): (logStream: string) => Promise<string> {
  const client = new CloudWatchLogsClient(clientConfig(endpoint));
  return async logStreamName => {
    const { events } = await client.send(
      new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: false, limit: 100 }),
    );
    return (events ?? []).map(({ message }) => message ?? '').join('\n');
  };
}
