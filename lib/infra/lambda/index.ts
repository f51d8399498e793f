import { setTimeout as sleep } from 'node:timers/promises';
import { callJson } from '../../aws/wire/calls.ts';
import { containerKeys } from '../../aws/wire/credentials.ts';
import { readBody, send } from '../../aws/wire/http.ts';
import { type Aws, type BuildEvent, buildImage, type DeployEvent } from './build-image.ts';

const apis = {
  codebuild: { target: 'CodeBuild_20161006', host: 'codebuild' },
  ecr: { target: 'AmazonEC2ContainerRegistry_V20150921', host: 'api.ecr' },
  logs: { target: 'Logs_20140328', host: 'logs' },
};

/** The function that CDK deploys: `buildImage` with AWS, as Lambda's environment gives it. */
export async function handler(
  event: DeployEvent | BuildEvent,
  context: { getRemainingTimeInMillis(): number },
): Promise<void> {
  const { AWS_REGION, AWS_ENDPOINT_URL } = process.env;
  const service = {
    region: AWS_REGION ?? '',
    credentials: containerKeys(process.env),
    ...(AWS_ENDPOINT_URL ? { endpoint: AWS_ENDPOINT_URL } : {}),
  };
  const aws: Aws = {
    call: (name, action, input) =>
      callJson(service, name, `${apis[name].target}.${action}`, input, apis[name].host),
    answer: put,
    sleep,
    timeLeft: () => context.getRemainingTimeInMillis(),
  };
  await buildImage(event, aws);
}

/** CloudFormation's URL is signed for a PUT without a content type. */
async function put(url: string, answer: object): Promise<void> {
  const { origin, pathname, search } = new URL(url);
  const { answer: got } = await send({
    origin,
    target: pathname + search,
    method: 'PUT',
    body: Buffer.from(JSON.stringify(answer)),
    headers: async () => ({ 'content-type': '' }),
  });
  await readBody(got);
}
