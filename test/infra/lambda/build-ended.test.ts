import { bundled, runFunction, type Script } from './run-function.ts';

bundled();

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
    return runFunction(
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
    const { answers, actions } = await runFunction(ended('FAILED'), {
      BatchGetBuilds: [{ builds: [{ environment: { environmentVariables: [] } }] }],
    });
    expect([actions, answers]).toEqual([['BatchGetBuilds'], []]);
  });
});
