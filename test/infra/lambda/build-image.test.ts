import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { bundleFunction } from '../../../lib/infra/images/build-function.ts';
import { scriptedServer } from '../../aws/wire/scripted-server.ts';

const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'lab-function-'));
bundleFunction(root, folder);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An answer of AWS: of a status, or one of AWS's errors. */
type Reply = object | { readonly error: string; readonly status?: number };
/** Replies by action, in order; the last one for ever. */
type Script = Readonly<Record<string, readonly Reply[]>>;

interface Answered {
  readonly Status: string;
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
}

/**
 * Runs the function as Lambda does (the bundle, in a Node of its own), with AWS as it is scripted: every call is a signed
 * request over HTTP, and the answer to CloudFormation is a PUT. Waits are skipped, and take as long in the function's mind.
 */
async function run(event: (url: string) => object, script: Script, timeLeft = 900_000) {
  const calls: { action: string; input: Record<string, unknown>; signed: string }[] = [];
  const answers: Answered[] = [];
  const server = await scriptedServer((request, response) => {
    if (request.method === 'PUT') {
      if (request.headers['content-type'] !== '') response.writeHead(403).end();
      else if (answers.push(JSON.parse(request.text) as Answered)) response.end();
      return;
    }
    reply(request, response);
  });
  function reply(request: IncomingMessage & { readonly text: string }, response: ServerResponse): void {
    const action = String(request.headers['x-amz-target']).split('.').at(-1)!;
    const signed = String(request.headers.authorization);
    const number = calls.filter(each => each.action === action).length;
    calls.push({ action, input: JSON.parse(request.text) as Record<string, unknown>, signed });
    const replies = script[action] ?? [{ error: 'UnexpectedCall' }];
    const given = replies[Math.min(number, replies.length - 1)]! as {
      error?: string;
      status?: number;
      message?: string;
    };
    const body =
      given.error === undefined
        ? given
        : { __type: given.error, message: given.message ?? `${given.error}, it says` };
    response.writeHead(given.error === undefined ? 200 : (given.status ?? 400)).end(JSON.stringify(body));
  }
  const program = `
    import timers from 'node:timers/promises';
    import { syncBuiltinESMExports } from 'node:module';
    let slept = 0;
    timers.setTimeout = async ms => { slept += ms; };
    syncBuiltinESMExports();
    const { handler } = await import(${JSON.stringify(join(folder, 'index.mjs'))});
    await handler(${JSON.stringify(event(server.url))}, { getRemainingTimeInMillis: () => ${timeLeft} - slept });
    console.log(slept);
    process.exit();
  `;
  const env = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
    AWS_ENDPOINT_URL: server.url,
  };
  try {
    const { stdout } = await promisify(execFile)(
      join(root, 'node_modules/node/bin/node'),
      ['--input-type=module', '--eval', program],
      { env },
    );
    return { calls, answers, slept: Number(stdout), actions: calls.map(each => each.action) };
  } finally {
    await server.stop();
  }
}

const properties = {
  Project: 'builder',
  Repository: 'repo',
  Tag: 'arm64-0123',
  Variables: {
    IMAGE: '111122223333.dkr.ecr.eu-central-1.amazonaws.com/repo:arm64-0123',
    BUILD_ARGUMENTS: '',
  },
};
const asked =
  (RequestType: string, more: object = {}) =>
  (url: string) => ({
    RequestType,
    ResponseURL: `${url}/answer%2Fhere?X-Amz-Signature=a%2Bb`,
    StackId: 'arn:aws:cloudformation:eu-central-1:111122223333:stack/lab/1',
    RequestId: 'request-1',
    LogicalResourceId: 'Image',
    ResourceProperties: properties,
    ...more,
  });
const missing = { error: 'com.amazonaws.ecr#ImageNotFoundException' };
const started = { build: { id: 'builder:77' } };

describe('when CloudFormation asks', () => {
  it('starts a build of an image that is not there, once, with who asked; and leaves the answer to its end', async () => {
    const { calls, answers, actions } = await run(asked('Create'), {
      DescribeImages: [missing],
      StartBuild: [started],
    });
    expect(actions).toEqual(['DescribeImages', 'StartBuild']);
    expect(answers).toEqual([]);
    expect(calls[0]!.input).toEqual({ repositoryName: 'repo', imageIds: [{ imageTag: 'arm64-0123' }] });
    const { projectName, idempotencyToken, environmentVariablesOverride: given } = calls[1]!.input;
    expect([projectName, idempotencyToken]).toEqual(['builder', 'request-1']);
    const variables = new Map(
      (given as { name: string; value: string }[]).map(each => [each.name, each.value]),
    );
    expect([...variables.keys()]).toEqual(['IMAGE', 'BUILD_ARGUMENTS', 'ASKED_BY']);
    expect(JSON.parse(variables.get('ASKED_BY')!)).toMatchObject({
      RequestId: 'request-1',
      PhysicalResourceId: 'image-Image',
    });
    expect(calls.map(each => /\/([a-z]+)\/aws4_request/.exec(each.signed)?.[1])).toEqual([
      'ecr',
      'codebuild',
    ]);
  });

  it('answers at once for an image that is there: the same hash again, or a rollback', async () => {
    const { answers, actions } = await run(asked('Update', { PhysicalResourceId: 'image-Image' }), {
      DescribeImages: [{ imageDetails: [{}] }],
    });
    expect(actions).toEqual(['DescribeImages']);
    expect(answers).toEqual([
      {
        Status: 'SUCCESS',
        StackId: 'arn:aws:cloudformation:eu-central-1:111122223333:stack/lab/1',
        RequestId: 'request-1',
        LogicalResourceId: 'Image',
        PhysicalResourceId: 'image-Image',
      },
    ]);
  });

  it('a delete is answered at once, and asks nothing of AWS', async () => {
    const { answers, actions } = await run(asked('Delete', { PhysicalResourceId: 'image-Image' }), {});
    expect(actions).toEqual([]);
    expect(answers).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: 'image-Image' }]);
  });

  it('asks again when it is throttled, with the same token', async () => {
    const { calls, answers, actions } = await run(asked('Create'), {
      DescribeImages: [{ error: 'ThrottlingException' }, missing],
      StartBuild: [{ error: 'ThrottlingException' }, { error: 'InternalFailure', status: 500 }, started],
    });
    expect(actions).toEqual(['DescribeImages', 'DescribeImages', 'StartBuild', 'StartBuild', 'StartBuild']);
    expect(new Set(calls.slice(2).map(each => each.input.idempotencyToken)).size).toBe(1);
    expect(answers).toEqual([]);
  });

  it('waits while the account has no room for another build', async () => {
    const full = { error: 'AccountLimitExceededException' };
    const { answers, actions, slept } = await run(asked('Create'), {
      DescribeImages: [missing],
      StartBuild: [full, full, started],
    });
    expect(actions.filter(each => each === 'StartBuild')).toHaveLength(3);
    expect([slept, answers]).toEqual([40_000, []]);
  });

  it('says at once that an account has no builds at all: no waiting helps', async () => {
    const { answers, slept } = await run(asked('Create'), {
      DescribeImages: [missing],
      StartBuild: [
        { error: 'AccountLimitExceededException', message: 'Cannot have more than 0 builds in queue' },
      ],
    });
    expect(slept).toBe(0);
    expect(answers).toMatchObject([
      { Status: 'FAILED', Reason: expect.stringContaining('CodeBuild is not open for this account yet') },
    ]);
  });

  it('says so before its time is over when there is never room', async () => {
    const { answers, slept } = await run(asked('Create'), {
      DescribeImages: [missing],
      StartBuild: [{ error: 'AccountLimitExceededException' }],
    });
    expect(slept).toBeLessThanOrEqual(840_000);
    expect(answers).toMatchObject([
      { Status: 'FAILED', Reason: expect.stringContaining('AccountLimitExceededException') },
    ]);
  });

  it.each(['AccessDeniedException', 'InvalidInputException', 'ResourceNotFoundException'])(
    'fails the deploy at %s, in AWS’s words',
    async error => {
      const { answers } = await run(asked('Create'), { DescribeImages: [missing], StartBuild: [{ error }] });
      expect(answers).toMatchObject([
        {
          Status: 'FAILED',
          Reason: expect.stringContaining(`${error}, it says`),
          PhysicalResourceId: 'image-Image',
        },
      ]);
    },
  );
});

describe('when a build has ended', () => {
  const ended = (status: string) => () => ({
    source: 'aws.codebuild',
    detail: {
      'build-status': status,
      'build-id': 'arn:aws:codebuild:eu-central-1:111122223333:build/builder:77',
    },
  });
  const ids = {
    StackId: 's',
    RequestId: 'request-1',
    LogicalResourceId: 'Image',
    PhysicalResourceId: 'image-Image',
  };

  /** A build that CloudFormation waits for, at an address that only the server knows. */
  async function end(status: string, script: Script = {}, phases: object[] = []) {
    let address = '';
    const build = () => ({
      builds: [
        {
          environment: {
            environmentVariables: [
              { name: 'IMAGE', value: 'x' },
              { name: 'ASKED_BY', value: JSON.stringify({ url: `${address}/answer`, ...ids }) },
            ],
          },
          phases,
          logs: { groupName: 'builds', streamName: '77' },
        },
      ],
    });
    return run(
      url => {
        address = url;
        return ended(status)();
      },
      {
        get BatchGetBuilds() {
          return [build()];
        },
        ...script,
      } as Script,
    );
  }

  it('one that succeeded is a success', async () => {
    const { calls, answers, actions } = await end('SUCCEEDED');
    expect(actions).toEqual(['BatchGetBuilds']);
    expect(calls[0]!.input).toEqual({ ids: ['builder:77'] });
    expect(answers).toEqual([{ ...ids, Status: 'SUCCESS' }]);
  });

  it.each(['FAILED', 'STOPPED', 'TIMED_OUT', 'FAULT'])('one that %s fails the deploy', async status => {
    const { answers } = await end(status, { GetLogEvents: [{ events: [{ message: 'the last line\n' }] }] });
    expect(answers).toMatchObject([{ ...ids, Status: 'FAILED' }]);
    expect(answers[0]!.Reason).toBe(`build builder:77 ${status}\nits last lines:\nthe last line`);
  });

  it('tells where it failed, and its last lines without what draws; an answer that CloudFormation takes', async () => {
    const lines = Array.from({ length: 400 }, (_, index) => ({
      message: `\u001b[36m#12 ${index} ✔ ${'x'.repeat(60)}\n`,
    }));
    const { calls, answers } = await end('FAILED', { GetLogEvents: [{ events: lines }] }, [
      { phaseType: 'PRE_BUILD', phaseStatus: 'SUCCEEDED' },
      { phaseType: 'BUILD', phaseStatus: 'FAILED', contexts: [{ message: 'exit status 1' }] },
      { phaseType: 'COMPLETED' },
    ]);
    const [answer] = answers;
    expect(answer!.Reason).toMatch(/^build builder:77 FAILED in BUILD: exit status 1\n/);
    expect(answer!.Reason).toMatch(/\n#12 399 +x{60}$/);
    expect(answer!.Reason).toMatch(/^[\x20-\x7e\n]*$/);
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(4096);
    expect(calls.at(-1)!.input).toMatchObject({
      logGroupName: 'builds',
      logStreamName: '77',
      startFromHead: false,
    });
  });

  it('waits for lines that come late, and answers without them when none come', async () => {
    const late = await end('FAILED', { GetLogEvents: [{ events: [] }, { events: [{ message: 'late' }] }] });
    expect(late.answers[0]!.Reason).toMatch(/its last lines:\nlate$/);
    const none = await end('FAILED', { GetLogEvents: [{ error: 'ResourceNotFoundException' }] });
    expect(none.answers[0]!.Reason).toMatch(/no line of its log is there$/);
  });

  it('a refusal of Docker Hub comes with what helps', async () => {
    const message = 'ERROR: toomanyrequests: You have reached your unauthenticated pull rate limit.';
    const { answers } = await end('FAILED', { GetLogEvents: [{ events: [{ message }] }] });
    expect(answers[0]!.Reason).toContain('pullThroughCache in lab.config.ts');
  });

  it('one that a person started is nobody’s to answer for', async () => {
    const { answers, actions } = await run(ended('FAILED'), {
      BatchGetBuilds: [{ builds: [{ environment: { environmentVariables: [] } }] }],
    });
    expect([actions, answers]).toEqual([['BatchGetBuilds'], []]);
  });
});
