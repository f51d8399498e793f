import { stripVTControlCharacters } from 'node:util';

/**
 * Builds an image by CodeBuild while CloudFormation waits. CloudFormation asks for an image: a build is started, and who
 * asked goes with it. When the build has ended EventBridge tells this same function, which then answers. So nobody waits in
 * a function for an hour, and a build that is stopped, or that dies, is answered too.
 */
export async function buildImage(event: DeployEvent | BuildEvent, aws: Aws): Promise<void> {
  await ('RequestType' in event ? onDeploy(event, aws) : onBuildEnd(event, aws));
}

/** What CloudFormation sends. Source: AWS's "Custom resource request objects". */
export interface DeployEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: ImageProperties;
}

export interface ImageProperties {
  readonly Project: string;
  readonly Repository: string;
  /** Of what the image is made of: the same tag is the same image. */
  readonly Tag: string;
  /** The environment of the build. */
  readonly Variables: Readonly<Record<string, string>>;
}

/** What EventBridge sends. Source: AWS's "Build notifications input format reference". */
export interface BuildEvent {
  readonly detail: {
    readonly 'build-status': string;
    /** An ARN that ends with the build's id. */
    readonly 'build-id': string;
  };
}

/** AWS, and time. */
export interface Aws {
  /** Rejects with an error whose name is AWS's code. */
  call(service: 'codebuild' | 'ecr' | 'logs', action: string, input: object): Promise<unknown>;
  /** Answers CloudFormation, at its presigned URL. */
  answer(url: string, answer: object): Promise<void>;
  sleep(milliseconds: number): Promise<void>;
  /** Milliseconds until the function is ended. */
  timeLeft(): number;
}

/** Who waits for an answer; goes through the build as one of its variables. */
interface Asker {
  readonly url: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
}

/** The variable of a build with who asked for it. */
const askerVariable = 'ASKED_BY';

async function onDeploy(event: DeployEvent, aws: Aws): Promise<void> {
  const { ResponseURL: url, StackId, RequestId, LogicalResourceId } = event;
  // One name for good: an image that is no longer asked for stays in the repository, where its lifecycle ends it.
  const PhysicalResourceId = event.PhysicalResourceId ?? `image-${LogicalResourceId}`;
  const asker: Asker = { url, StackId, RequestId, LogicalResourceId, PhysicalResourceId };
  let failure: string | undefined;
  try {
    if (event.RequestType !== 'Delete' && !(await isThere(event.ResourceProperties, aws))) {
      await start(event.ResourceProperties, asker, aws);
      return;
    }
  } catch (error) {
    failure = `no build of ${event.ResourceProperties.Tag} was started: ${(error as Error).message}`;
  }
  await answer(asker, failure, aws);
}

/** A rollback, or a deploy of what was deployed before, finds its image. */
async function isThere({ Repository, Tag }: ImageProperties, aws: Aws): Promise<boolean> {
  try {
    await aws.call('ecr', 'DescribeImages', { repositoryName: Repository, imageIds: [{ imageTag: Tag }] });
    return true;
  } catch (error) {
    if (codeOf(error) === 'ImageNotFoundException') return false;
    throw error;
  }
}

/** Milliseconds between tries, and what is kept for an answer when no try got through. */
const pause = 20_000;
const reserve = 60_000;

async function start({ Project, Variables }: ImageProperties, asker: Asker, aws: Aws): Promise<void> {
  const variables = { ...Variables, [askerVariable]: JSON.stringify(asker) };
  const input = {
    projectName: Project,
    // Lambda may run an event twice; this makes the second start the first one's build.
    idempotencyToken: asker.RequestId,
    environmentVariablesOverride: Object.entries(variables).map(([name, value]) => ({
      name,
      value,
      type: 'PLAINTEXT',
    })),
  };
  for (;;) {
    try {
      await aws.call('codebuild', 'StartBuild', input);
      return;
    } catch (error) {
      if (/more than 0 builds/.test((error as Error).message))
        throw new Error(
          'CodeBuild is not open for this account yet, and no waiting helps: ask AWS Support for it, or imageBuild: docker',
        );
      // A new account builds one thing at a time, and has five in the queue.
      if (codeOf(error) !== 'AccountLimitExceededException' || aws.timeLeft() < pause + reserve) throw error;
      await aws.sleep(pause);
    }
  }
}

interface Build {
  readonly environment?: { readonly environmentVariables?: readonly { name: string; value: string }[] };
  readonly phases?: readonly {
    readonly phaseType: string;
    readonly phaseStatus?: string;
    readonly contexts?: readonly { readonly message?: string }[];
  }[];
  readonly logs?: { readonly groupName?: string; readonly streamName?: string };
}

async function onBuildEnd({ detail }: BuildEvent, aws: Aws): Promise<void> {
  const status = detail['build-status'];
  const id = detail['build-id'].split('/').at(-1)!;
  const found = (await aws.call('codebuild', 'BatchGetBuilds', { ids: [id] })) as { builds?: Build[] };
  const build = found.builds?.[0] ?? {};
  const asker = build.environment?.environmentVariables?.find(each => each.name === askerVariable)?.value;
  // A build that a person started: nobody waits for it.
  if (asker === undefined) return;
  const failure = status === 'SUCCEEDED' ? undefined : await reasonOf(id, status, build, aws);
  await answer(JSON.parse(asker) as Asker, failure, aws);
}

/** Bytes of log lines in an answer, which may have 4,096 in all. */
const mostLogBytes = 1500;

async function reasonOf(id: string, status: string, build: Build, aws: Aws): Promise<string> {
  const failed = build.phases?.find(
    each => each.phaseStatus !== undefined && each.phaseStatus !== 'SUCCEEDED',
  );
  const context = failed?.contexts?.map(each => each.message ?? '').join(' ');
  const lines = await lastLines(build, aws);
  const text = lines.join('\n').slice(-mostLogBytes);
  return [
    `build ${id} ${status}${failed ? ` in ${failed.phaseType}` : ''}${context ? `: ${context.slice(0, 300)}` : ''}`,
    ...(/toomanyrequests|rate limit/i.test(text)
      ? ['Docker Hub lets nobody without a login pull this often: pullThroughCache in lab.config.ts']
      : []),
    ...(text === '' ? ['no line of its log is there'] : ['its last lines:', text]),
  ].join('\n');
}

/** Tries for a log whose last lines arrive after the build has ended, and milliseconds between them. */
const logTries = 3;
const logPause = 5000;

async function lastLines({ logs }: Build, aws: Aws): Promise<string[]> {
  if (!logs?.groupName || !logs.streamName) return [];
  for (let attempt = 1; ; attempt++) {
    const lines = await linesOf(logs.groupName, logs.streamName, aws);
    if (lines.length > 0 || attempt === logTries) return lines;
    await aws.sleep(logPause);
  }
}

/** An answer without lines is better than none: whoever waits for it waits an hour. */
async function linesOf(logGroupName: string, logStreamName: string, aws: Aws): Promise<string[]> {
  try {
    const { events } = (await aws.call('logs', 'GetLogEvents', {
      logGroupName,
      logStreamName,
      startFromHead: false,
      limit: 30,
    })) as { events?: { message: string }[] };
    return (events ?? []).map(each => plain(each.message)).filter(Boolean);
  } catch {
    return [];
  }
}

/** Without what Docker colours and draws with: an answer is counted in bytes. */
const plain = (line: string): string =>
  stripVTControlCharacters(line)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim();

async function answer({ url, ...ids }: Asker, failure: string | undefined, aws: Aws): Promise<void> {
  await aws.answer(url, {
    ...ids,
    Status: failure === undefined ? 'SUCCESS' : 'FAILED',
    ...(failure === undefined ? {} : { Reason: failure }),
  });
}

const codeOf = (error: unknown): string => (error as Error).name;
