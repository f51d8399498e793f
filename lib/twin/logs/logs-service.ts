import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError, type JsonCall } from '../http/service.ts';

interface Line {
  readonly t: number;
  readonly m: string;
}

export interface LogsService {
  /** Adds a line to a stream, which is made when it is not there. */
  append(group: string, stream: string, message: string, at?: number): void;
  call(call: JsonCall): Promise<unknown>;
}

/** CloudWatch Logs as we use it: a folder a group, a file of JSON lines a stream. */
export function logsService({
  folder,
  region,
  account = '000000000000',
}: {
  folder: string;
  region: string;
  account?: string;
}): LogsService {
  const groupFolder = (group: string): string => join(folder, encodeURIComponent(group));
  const file = (group: string, stream: string): string =>
    join(
      groupFolder(group),
      `${encodeURIComponent(stream).slice(0, 150)}-${createHash('sha256').update(stream).digest('hex').slice(0, 8)}.jsonl`,
    );
  const append = (group: string, stream: string, message: string, at = Date.now()): void => {
    const path = file(group, stream);
    if (!existsSync(path)) {
      mkdirSync(groupFolder(group), { recursive: true });
      appendFileSync(path, `${JSON.stringify({ stream, created: at })}\n`);
    }
    appendFileSync(path, `${JSON.stringify({ t: at, m: message } satisfies Line)}\n`);
  };
  const read = (group: string, stream: string): Line[] => {
    const path = file(group, stream);
    if (!existsSync(path))
      throw new AwsError('ResourceNotFoundException', 400, 'The specified log stream does not exist.');
    return readFileSync(path, 'utf8')
      .split('\n')
      .slice(1)
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as Line);
  };
  const streams = (group: string): { name: string; created: number; path: string }[] => {
    if (!existsSync(groupFolder(group)))
      throw new AwsError('ResourceNotFoundException', 400, 'The specified log group does not exist.');
    return readdirSync(groupFolder(group)).map(name => {
      const path = join(groupFolder(group), name);
      const head = JSON.parse(readFileSync(path, 'utf8').split('\n')[0]!) as {
        stream: string;
        created: number;
      };
      return { name: head.stream, created: head.created, path };
    });
  };

  return {
    append,
    async call({ action, input }) {
      const group = String(input.logGroupName ?? input.logGroupIdentifier ?? '');
      switch (action) {
        case 'GetLogEvents':
          return getEvents(read(group, String(input.logStreamName)), input);
        case 'FilterLogEvents':
          return filterEvents(
            streams(group).map(({ name }) => ({ name, lines: read(group, name) })),
            input,
          );
        case 'DescribeLogStreams':
          return {
            logStreams: streams(group)
              .filter(({ name }) => name.startsWith(String(input.logStreamNamePrefix ?? '')))
              .sort((a, b) => (a.name < b.name ? -1 : 1))
              .map(({ name, created, path }) => ({
                logStreamName: name,
                creationTime: created,
                lastIngestionTime: Math.floor(statSync(path).mtimeMs),
                arn: `arn:aws:logs:${region}:${account}:log-group:${group}:log-stream:${name}`,
              })),
          };
        case 'DescribeLogGroups':
          return {
            logGroups: (existsSync(folder) ? readdirSync(folder) : [])
              .map(decodeURIComponent)
              .filter(name => name.startsWith(String(input.logGroupNamePrefix ?? '')))
              .map(logGroupName => ({
                logGroupName,
                arn: `arn:aws:logs:${region}:${account}:log-group:${logGroupName}:*`,
              })),
          };
        default:
          throw new AwsError('UnknownOperationException', 400, `the twin's Logs have no ${action}`);
      }
    },
  };
}

/** A page; at the end the token that was given comes back, which is how clients see the end. */
function getEvents(lines: readonly Line[], input: Readonly<Record<string, unknown>>): unknown {
  const limit = Math.min(10_000, Number(input.limit ?? 10_000));
  const token = /^f\/(\d+)$/.exec(String(input.nextToken ?? ''));
  const start = token
    ? Number(token[1])
    : input.startFromHead === true
      ? 0
      : Math.max(0, lines.length - limit);
  const page = lines.slice(start, start + limit);
  return {
    events: page.map(line => ({ timestamp: line.t, message: line.m, ingestionTime: line.t })),
    nextForwardToken: `f/${start + page.length}`,
    nextBackwardToken: `b/${start}`,
  };
}

function filterEvents(
  streams: readonly { name: string; lines: readonly Line[] }[],
  input: Readonly<Record<string, unknown>>,
): unknown {
  const names = input.logStreamNames as readonly string[] | undefined;
  const pattern = String(input.filterPattern ?? '').replace(/^"|"$/g, '');
  const [from, to] = [Number(input.startTime ?? 0), Number(input.endTime ?? Number.MAX_SAFE_INTEGER)];
  const events = streams
    .filter(({ name }) =>
      names ? names.includes(name) : name.startsWith(String(input.logStreamNamePrefix ?? '')),
    )
    .flatMap(({ name, lines }) =>
      lines.map((line, index) => ({
        logStreamName: name,
        timestamp: line.t,
        message: line.m,
        ingestionTime: line.t,
        eventId: `${name}/${index}`,
      })),
    )
    .filter(event => event.timestamp >= from && event.timestamp < to && event.message.includes(pattern))
    .sort((a, b) => a.timestamp - b.timestamp);
  const start = Number(input.nextToken ?? 0);
  const limit = Math.min(10_000, Number(input.limit ?? 10_000));
  return {
    events: events.slice(start, start + limit),
    ...(start + limit < events.length ? { nextToken: String(start + limit) } : {}),
  };
}
