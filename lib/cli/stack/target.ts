import { join } from 'node:path';
import type { Endpoint } from '../../aws/endpoint.ts';
import { loadConfig } from '../../config/load-config.ts';
import { resolveConfig } from '../../config/resolve-config.ts';
import type { LabConfig } from '../../contract/workload/config.ts';
import { twinKeyPrefix } from '../../contract/workload/env.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { stackName } from '../../contract/workload/metadata.ts';
import type { Args } from '../command.ts';
import type { Context } from '../context.ts';
import { cdkContext } from './pass-on.ts';
import type { StackTools } from './stack-tools.ts';

/** The lab that is deployed or destroyed. */
export interface Target {
  readonly config: LabConfig;
  readonly configFile: string;
  /** Whether the file's own name and region are what counts: a line written into it is meant for this lab. */
  readonly isFilesOwn: boolean;
  readonly stack: string;
  readonly aws: StackTools;
  /** What every cdk of this call gets: which lab, whose credentials. */
  readonly cdkArgs: readonly string[];
  /** What the person gave for cdk. */
  readonly rest: readonly string[];
  /** Words that choose the lab and whose credentials, and `rest`. */
  readonly given: readonly string[];
  /** Runs cdk with those and answers its exit code. */
  cdk(...args: readonly string[]): Promise<number>;
}

/** What --lab, --profile and cdk's own -c say, together with lab.config.ts. Throws LabError. */
export async function readTarget(context: Context, args: Args, verb: string): Promise<Target> {
  if (context.local)
    throw new LabError({
      where: `lab ${verb} --local`,
      message: `the twin has no stack, and needs none: lab ${verb} is for AWS`,
      fix:
        verb === 'destroy'
          ? 'npx lab twin reset, which deletes what the twin has'
          : 'npx lab twin up, which reads lab.config.ts; where it has changed, npx lab twin down first',
    });
  refuseTwinsShell(context.environment, verb);
  const given = cdkContext(args.rest);
  const name = args.text('lab') ?? given.get('lab');
  const region = given.get('region');
  const configFile = given.get('config') ?? context.configFile ?? join(context.projectRoot, 'lab.config.ts');
  const config = resolveConfig(await loadConfig(configFile), context.workloads, {
    ...(name ? { name } : {}),
    ...(region ? { region } : {}),
  });
  const profile = args.text('profile');
  const endpoint: Endpoint = {
    region: config.region,
    ...(context.environment.AWS_ENDPOINT_URL ? { url: context.environment.AWS_ENDPOINT_URL } : {}),
    ...(profile ? { profile } : {}),
  };
  const aws = (context.world.lifecycle ?? (await import('./stack-tools.ts')).openStackTools)(endpoint);
  const cdkArgs = [
    ...(args.text('lab') ? ['-c', `lab=${config.name}`] : []),
    ...(context.configFile && !given.has('config') ? ['-c', `config=${context.configFile}`] : []),
    ...(profile ? ['--profile', profile] : []),
  ];
  return {
    config,
    configFile,
    isFilesOwn: name === undefined && region === undefined,
    stack: stackName(config.name),
    aws,
    cdkArgs,
    rest: args.rest,
    given: [
      ...(args.text('lab') ? ['--lab', config.name] : []),
      ...(profile ? ['--profile', profile] : []),
      ...args.rest,
    ],
    cdk: (...words) =>
      aws.cdk([...words, ...cdkArgs], {
        projectRoot: context.projectRoot,
        signal: context.signal,
        quietStdout: context.json,
      }),
  };
}

/** A shell that `lab twin env` was evaluated in talks to the twin, whose stack nobody deploys. */
function refuseTwinsShell({ AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID }: NodeJS.ProcessEnv, verb: string): void {
  if (!AWS_ENDPOINT_URL || !AWS_ACCESS_KEY_ID?.startsWith(twinKeyPrefix)) return;
  throw new LabError({
    where: `lab ${verb}`,
    message: `this shell talks to the twin (AWS_ENDPOINT_URL=${AWS_ENDPOINT_URL})`,
    fix: 'unset AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY, or use another shell',
  });
}

/** The command again with what was given, for a last line that can be typed. */
export function again(target: Target, verb: string, ...options: string[]): string {
  const words = [...options, ...target.given];
  return `npm run ${verb}${words.length > 0 ? ` -- ${words.map(quoted).join(' ')}` : ''}`;
}

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
