import { bundled, runFunction } from './run-function.ts';

bundled();

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
    const { calls, answers, actions } = await runFunction(asked('Create'), {
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
    const { answers, actions } = await runFunction(asked('Update', { PhysicalResourceId: 'image-Image' }), {
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
    const { answers, actions } = await runFunction(
      asked('Delete', { PhysicalResourceId: 'image-Image' }),
      {},
    );
    expect(actions).toEqual([]);
    expect(answers).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: 'image-Image' }]);
  });

  it('asks again when it is throttled, with the same token', async () => {
    const { calls, answers, actions } = await runFunction(asked('Create'), {
      DescribeImages: [{ error: 'ThrottlingException' }, missing],
      StartBuild: [{ error: 'ThrottlingException' }, { error: 'InternalFailure', status: 500 }, started],
    });
    expect(actions).toEqual(['DescribeImages', 'DescribeImages', 'StartBuild', 'StartBuild', 'StartBuild']);
    expect(new Set(calls.slice(2).map(each => each.input.idempotencyToken)).size).toBe(1);
    expect(answers).toEqual([]);
  });

  it('waits while the account has no room for another build', async () => {
    const full = { error: 'AccountLimitExceededException' };
    const { answers, actions, slept } = await runFunction(asked('Create'), {
      DescribeImages: [missing],
      StartBuild: [full, full, started],
    });
    expect(actions.filter(each => each === 'StartBuild')).toHaveLength(3);
    expect([slept, answers]).toEqual([40_000, []]);
  });

  it('says at once that an account has no builds at all: no waiting helps', async () => {
    const { answers, slept } = await runFunction(asked('Create'), {
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
    const { answers, slept } = await runFunction(asked('Create'), {
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
      const { answers } = await runFunction(asked('Create'), {
        DescribeImages: [missing],
        StartBuild: [{ error }],
      });
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
