import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import fc from 'fast-check';
import { jsonService } from '../../../lib/twin/http/json-service.ts';
import { startServer } from '../../../lib/twin/http/server.ts';
import { type LogsService, logsService } from '../../../lib/twin/logs/logs-service.ts';
import { runs } from '../../helpers/runs.ts';

const keys = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
const group = '/lab/jobs';
const stream = 'work/default/0123456789abcdef0123456789abcdef';
let folder: string;
let logs: LogsService;
let client: CloudWatchLogsClient;
let close: () => Promise<void>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'twin-logs-'));
  logs = logsService({ folder, region: 'us-east-1' });
  const server = await startServer({
    services: [jsonService('logs', 'json', call => logs.call(call))],
    credentials: { find: id => (id === keys.accessKeyId ? keys : undefined) },
  });
  close = server.close;
  client = new CloudWatchLogsClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: keys,
    maxAttempts: 1,
  });
});
afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
});

const get = (given: Partial<GetLogEventsCommandInput> = {}) =>
  client.send(new GetLogEventsCommand({ logGroupName: group, logStreamName: stream, ...given }));
const filter = async (given: Partial<FilterLogEventsCommandInput>) =>
  (await client.send(new FilterLogEventsCommand({ logGroupName: group, ...given }))).events?.map(
    event => event.message,
  );

describe('GetLogEvents', () => {
  it('pages forward from the head, and gives the same token back at the end', async () => {
    for (let line = 0; line < 5; line++) logs.append(group, stream, `line ${line}`, 1000 + line);
    const first = await get({ startFromHead: true, limit: 3 });
    expect(first.events).toMatchObject([
      { message: 'line 0', timestamp: 1000 },
      { message: 'line 1' },
      { message: 'line 2' },
    ]);
    const second = await get({ startFromHead: true, limit: 3, nextToken: first.nextForwardToken });
    expect(second.events?.map(each => each.message)).toEqual(['line 3', 'line 4']);
    const third = await get({ startFromHead: true, nextToken: second.nextForwardToken });
    expect(third.events).toEqual([]);
    expect(third.nextForwardToken).toBe(second.nextForwardToken);
    logs.append(group, stream, 'later');
    const fourth = await get({ startFromHead: true, nextToken: third.nextForwardToken });
    expect(fourth.events?.map(each => each.message)).toEqual(['later']);
  });

  it('gives the newest without startFromHead, and pages backward', async () => {
    for (let line = 0; line < 5; line++) logs.append(group, stream, `${line}`, 1000 + line);
    const newest = await get({ limit: 2 });
    expect(newest.events?.map(each => each.message)).toEqual(['3', '4']);
    const before = await get({ limit: 2, nextToken: newest.nextBackwardToken });
    expect(before.events?.map(each => each.message)).toEqual(['1', '2']);
  });

  it('keeps to the times asked for, the end not included', async () => {
    for (let line = 0; line < 5; line++) logs.append(group, stream, `${line}`, 1000 + line);
    const { events } = await get({ startTime: 1001, endTime: 1003 });
    expect(events?.map(each => each.message)).toEqual(['1', '2']);
  });

  it('refuses streams and groups that are not there, and tokens it never gave', async () => {
    await expect(get()).rejects.toMatchObject({ name: 'ResourceNotFoundException', message: /log group/ });
    logs.ensureGroup(group);
    await expect(get()).rejects.toMatchObject({ name: 'ResourceNotFoundException', message: /log stream/ });
    logs.append(group, stream, 'x');
    await expect(get({ nextToken: 'other' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('keeps lines as they are, over a restart and a torn write', async () => {
    const message = 'tab\t "quotes" \\ é 𝛑 \u0007';
    logs.append(group, stream, message);
    const [groupFolder] = readdirSync(folder);
    const [file] = readdirSync(join(folder, groupFolder!));
    appendFileSync(join(folder, groupFolder!, file!), '{"t":1,"m":"to');
    logs = logsService({ folder, region: 'us-east-1' });
    expect((await get()).events?.map(each => each.message)).toEqual([message]);
  });
});

it('pages of any size, in either direction, hold every line once and in order', async () => {
  const lines = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('x'.repeat(200_000))), {
    minLength: 1,
    maxLength: 25,
  });
  let round = 0;
  await fc.assert(
    fc.asyncProperty(lines, fc.integer({ min: 1, max: 9 }), async (written, limit) => {
      const logStreamName = `s${round++}`;
      logs.append(group, logStreamName, written, 1);
      const pages = async (startFromHead: boolean, token: 'nextForwardToken' | 'nextBackwardToken') => {
        const found: string[][] = [];
        for (let nextToken: string | undefined; ; ) {
          const page = await get({ logStreamName, startFromHead, limit, nextToken });
          if (page[token] === nextToken) return found;
          found.push(page.events!.map(each => each.message!));
          nextToken = page[token];
        }
      };
      expect((await pages(true, 'nextForwardToken')).flat()).toEqual(written);
      expect((await pages(false, 'nextBackwardToken')).reverse().flat()).toEqual(written);
    }),
    { numRuns: runs(20) },
  );
});

it('what a kill has torn takes no later line with it', async () => {
  logs.append(group, stream, 'whole');
  const [groupFolder] = readdirSync(folder);
  const [file] = readdirSync(join(folder, groupFolder!));
  appendFileSync(join(folder, groupFolder!, file!), '{"t":1,"m":"to');
  logs = logsService({ folder, region: 'us-east-1' });
  logs.append(group, stream, 'after');
  for (const startFromHead of [true, false])
    expect((await get({ startFromHead })).events?.map(each => each.message)).toEqual(['whole', 'after']);
});

describe('FilterLogEvents', () => {
  beforeEach(() => {
    logs.append(group, 'a', 'error: no space', 1000);
    logs.append(group, 'b', 'all is well', 2000);
    logs.append(group, 'a', 'no error of space', 3000);
  });

  it('goes over the streams in the order of time', async () => {
    expect(await filter({})).toEqual(['error: no space', 'all is well', 'no error of space']);
    expect(await filter({ logStreamNames: ['a'], startTime: 1500 })).toEqual(['no error of space']);
    expect(await filter({ logStreamNamePrefix: 'b' })).toEqual(['all is well']);
  });

  it('takes words, phrases and exclusions', async () => {
    expect(await filter({ filterPattern: 'error space' })).toHaveLength(2);
    expect(await filter({ filterPattern: '"no space"' })).toEqual(['error: no space']);
    expect(await filter({ filterPattern: '-error' })).toEqual(['all is well']);
    await expect(filter({ filterPattern: '[ip, user]' })).rejects.toThrow(/plain text/);
  });

  it('pages', async () => {
    const first = await client.send(new FilterLogEventsCommand({ logGroupName: group, limit: 2 }));
    const second = await client.send(
      new FilterLogEventsCommand({ logGroupName: group, limit: 2, nextToken: first.nextToken }),
    );
    expect(second.events?.map(each => each.message)).toEqual(['no error of space']);
    expect(second.nextToken).toBeUndefined();
  });
});

it('lists groups and streams by prefix, 50 a page', async () => {
  for (let each = 0; each < 60; each++) logs.append(group, `s${String(each).padStart(2, '0')}`, 'x');
  logs.ensureGroup('/other');
  const groups = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/lab' }));
  expect(groups.logGroups).toMatchObject([{ logGroupName: group }]);
  const first = await client.send(new DescribeLogStreamsCommand({ logGroupName: group }));
  expect(first.logStreams).toHaveLength(50);
  const second = await client.send(
    new DescribeLogStreamsCommand({ logGroupName: group, nextToken: first.nextToken }),
  );
  expect(second.logStreams?.map(each => each.logStreamName).at(-1)).toBe('s59');
  const some = await client.send(
    new DescribeLogStreamsCommand({ logGroupName: group, logStreamNamePrefix: 's1' }),
  );
  expect(some.logStreams).toHaveLength(10);
});

it('takes groups, streams and events from clients', async () => {
  const names = { logGroupName: group, logStreamName: stream };
  const put = (...timestamps: number[]) =>
    client.send(
      new PutLogEventsCommand({
        ...names,
        logEvents: timestamps.map(timestamp => ({ timestamp, message: `at ${timestamp}` })),
      }),
    );
  await client.send(new CreateLogGroupCommand({ logGroupName: group }));
  await expect(client.send(new CreateLogGroupCommand({ logGroupName: group }))).rejects.toMatchObject({
    name: 'ResourceAlreadyExistsException',
  });
  await expect(put(1)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await client.send(new CreateLogStreamCommand(names));
  await put(1, 2);
  await expect(put(2, 1)).rejects.toThrow(/chronological/);
  expect((await get({ startFromHead: true })).events?.map(each => each.message)).toEqual(['at 1', 'at 2']);
});

describe('FilterLogEvents by fields of JSON', () => {
  const line = (status: string, jobId: string, attempts = 1) =>
    JSON.stringify({
      detail: { status, jobId, exitCode: 1, attempts: Array(attempts).fill({ startedAt: 1000 }) },
    });
  beforeEach(() => {
    logs.append(
      group,
      'json',
      [line('FAILED', 'abc:1'), line('SUCCEEDED', 'abc:2', 2), line('FAILED', 'x:1')],
      5000,
    );
    logs.append(group, 'json', 'no JSON, but FAILED abc', 5000);
  });
  const jobs = async (filterPattern: string) => {
    const found = await filter({ filterPattern, logStreamNames: ['json'] });
    return found!.map(each => (JSON.parse(each!) as { detail: { jobId: string } }).detail.jobId);
  };

  it.each([
    ['{ $.detail.status = "FAILED" && $.detail.jobId = "abc*" }', ['abc:1']],
    ['{ ($.detail.status = FAILED) }', ['abc:1', 'x:1']],
    ['{ $.detail.status != "FAILED" }', ['abc:2']],
    ['{ $.detail.exitCode = 1 && $.detail.jobId = "*:1" }', ['abc:1', 'x:1']],
    ['{ $.detail.attempts[1].startedAt > 999 }', ['abc:2']],
    ['{ $.detail.attempts[0].startedAt > 1000 }', []],
    ['{ $.detail.other = "*" }', []],
  ])('%s', async (pattern, wanted) => {
    expect(await jobs(pattern)).toEqual(wanted);
  });

  it('refuses what it would get wrong', async () => {
    await expect(jobs('{ $.detail.exitCode < 2 }')).rejects.toThrow(/= or !=/);
  });
});
