import type { Needed } from '../access/needed.ts';
import type { Append } from '../disk-room.ts';
import { AwsError, type JsonCall } from '../http/service.ts';
import { invalid } from './invalid.ts';
import { filterEvents, getEvents } from './read-events.ts';
import { logsRights } from './rights.ts';
import { type LogEvent, type StreamFiles, streamFiles } from './stream-files.ts';

type Input = Readonly<Record<string, unknown>>;

export interface LogsService {
  /** Adds a line, or several, to a stream, which is made when it is not there. */
  append(group: string, stream: string, message: string | readonly string[], at?: number): void;
  /** Makes a group where there is none. */
  ensureGroup(group: string): void;
  call(call: JsonCall): Promise<unknown>;
  /** The rights that a call needs. */
  rights(call: JsonCall): Needed[];
}

/** CloudWatch Logs as we use it, on disk. */
export function logsService(options: {
  folder: string;
  region: string;
  account?: string;
  append?: Append;
}): LogsService {
  const files = streamFiles(options.folder, options.append);
  const arn = `arn:aws:logs:${options.region}:${options.account ?? '000000000000'}`;
  const actions = logActions(files, arn);
  return {
    append: (group, stream, message, timestamp = Date.now()) =>
      files.append(
        group,
        stream,
        [message].flat().map(each => ({ timestamp, message: each as string })),
      ),
    ensureGroup: files.makeGroup,
    rights: call => logsRights(call, arn),
    async call({ action, input }) {
      const run = actions[action];
      if (!run) throw new AwsError('UnknownOperationException', 400, `the twin's Logs have no ${action}`);
      return run(input);
    },
  };
}

function logActions(files: StreamFiles, arn: string): Record<string, (input: Input) => unknown> {
  /** The group that a call names, which must be there. */
  const groupOf = (input: Input): string => {
    const given = String(input.logGroupName ?? input.logGroupIdentifier ?? '');
    const group = given.startsWith('arn:') ? given.split(':').slice(6).join(':').replace(/:\*$/, '') : given;
    if (files.hasGroup(group) && group !== '') return group;
    throw missing('The specified log group does not exist.');
  };
  const streamOf = (input: Input): [string, string] => {
    const [group, stream] = [groupOf(input), String(input.logStreamName ?? '')];
    if (files.hasStream(group, stream)) return [group, stream];
    throw missing('The specified log stream does not exist.');
  };
  return {
    GetLogEvents: input => getEvents(files.path(...streamOf(input)), input),
    FilterLogEvents(input) {
      const group = groupOf(input);
      const names = input.logStreamNames as readonly string[] | undefined;
      const prefix = String(input.logStreamNamePrefix ?? '');
      const streams = names ?? files.streams(group).map(each => each.name);
      const wanted = streams.filter(name => name.startsWith(prefix));
      return filterEvents(
        wanted.map(name => ({ name, events: files.scan(group, name) })),
        input,
      );
    },
    DescribeLogStreams(input) {
      const group = groupOf(input);
      const streams = files
        .streams(group)
        .filter(each => each.name.startsWith(String(input.logStreamNamePrefix ?? '')));
      if (input.orderBy === 'LastEventTime') streams.sort((a, b) => a.changed - b.changed);
      if (input.descending === true) streams.reverse();
      return page('logStreams', streams, input, each => ({
        logStreamName: each.name,
        creationTime: each.created,
        lastEventTimestamp: each.changed,
        lastIngestionTime: each.changed,
        arn: `${arn}:log-group:${group}:log-stream:${each.name}`,
      }));
    },
    DescribeLogGroups(input) {
      const prefix = String(input.logGroupNamePrefix ?? '');
      const groups = files.groups().filter(name => name.startsWith(prefix));
      return page('logGroups', groups, input, name => ({
        logGroupName: name,
        arn: `${arn}:log-group:${name}:*`,
      }));
    },
    CreateLogGroup(input) {
      const group = nameOf(input.logGroupName);
      if (!/^[.\-_/#A-Za-z0-9]+$/.test(group))
        throw invalid('logGroupName holds a character that is not allowed');
      // A folder's name has a limit; ours are far from it.
      if (encodeURIComponent(group).length > 240)
        throw invalid('the twin keeps no log group of so long a name');
      if (files.hasGroup(group)) throw taken('The specified log group already exists');
      files.makeGroup(group);
      return {};
    },
    CreateLogStream(input) {
      const [group, stream] = [groupOf(input), nameOf(input.logStreamName)];
      if (files.hasStream(group, stream)) throw taken('The specified log stream already exists');
      files.makeStream(group, stream, Date.now());
      return {};
    },
    PutLogEvents(input) {
      const [group, stream] = streamOf(input);
      const events = (input.logEvents ?? []) as LogEvent[];
      if (events.length === 0) throw invalid('logEvents must not be empty');
      if (events.some((each, index) => index > 0 && each.timestamp < events[index - 1]!.timestamp))
        throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
      files.append(group, stream, events);
      return { nextSequenceToken: '0' };
    },
  };
}

/** At most 50 a page, as AWS has it. */
function page<T>(name: string, all: readonly T[], input: Input, show: (each: T) => unknown): unknown {
  const start = Number(input.nextToken ?? 0);
  if (!Number.isInteger(start)) throw invalid('The specified nextToken is invalid.');
  const end = start + Math.min(50, Number(input.limit ?? 50));
  return {
    [name]: all.slice(start, end).map(show),
    ...(end < all.length ? { nextToken: String(end) } : {}),
  };
}

function nameOf(value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.length <= 512) return value;
  throw invalid('a name of 1 to 512 characters is needed');
}

const missing = (message: string): AwsError => new AwsError('ResourceNotFoundException', 400, message);
const taken = (message: string): AwsError => new AwsError('ResourceAlreadyExistsException', 400, message);
