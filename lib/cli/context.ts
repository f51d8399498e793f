import { join } from 'node:path';
import type { Endpoint } from '../aws/endpoint.ts';
import type { RunApp } from '../build/run-app.ts';
import { loadConfig } from '../config/load-config.ts';
import { resolveConfig } from '../config/resolve-config.ts';
import type { LabConfig } from '../contract/workload/config.ts';
import { LabError } from '../contract/workload/errors.ts';
import { suggest } from '../contract/workload/suggest.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';
import type { Connection } from './connection.ts';
import { labWords } from './output/command-line.ts';
import type { Output } from './output/output.ts';
import type { StackTools } from './stack/stack-tools.ts';
import { connectTwin } from './twin/connect.ts';
import { twinFolderOf } from './twin/folder.ts';
import { personOf } from './twin/person.ts';

export type { Connection } from './connection.ts';

/** The world a command runs in; a test makes its own. */
export interface World {
  readonly projectRoot: string;
  /** Where the twin's state is; `.lab/twin` of the project when left out. */
  readonly twinFolder?: string;
  /** Where synthesized templates are kept for twins; `.lab/templates` of the project when left out. */
  readonly templates?: string;
  /** Runs the CDK app for a twin's template; in a process of its own when left out. */
  readonly runApp?: RunApp;
  readonly cwd: string;
  /** Instead of the project's lab.config.ts. */
  readonly configFile?: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly io: Output;
  readonly stdin: AsyncIterable<Buffer> & { readonly isTTY?: boolean };
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly workloads: readonly WorkloadSpec[];
  /** AWS and cdk as deploy and destroy see them; the real ones when left out. */
  readonly lifecycle?: (endpoint: Endpoint) => StackTools;
  /** Whether the twin can hold jobs to their memory here; this machine is looked at when left out. */
  readonly holdsMemory?: boolean;
  now(): Date;
  /** Six hex digits for a run id. */
  seed(): string;
}

/** What the options of a call make of the world. The endpoint is chosen here, once. */
export interface Context extends World {
  readonly world: World;
  readonly json: boolean;
  readonly local: boolean;
  /** The words of the call, from the verb on. */
  readonly argv: readonly string[];
  /** AWS profile, where one was named. */
  readonly profile?: string;
  /** ` --local`, or which lab and profile were named, for the next command to run. */
  readonly suffix: string;
  config(): Promise<LabConfig>;
  /** Connects to AWS or the twin; the same connection at every call. */
  connect(): Promise<Connection>;
  spec(name: string): WorkloadSpec;
  /** Talk: to stderr. */
  say(text: string): void;
  /** Results: to stdout. */
  print(text: string): void;
}

export interface Choices {
  readonly argv: readonly string[];
  readonly local: boolean;
  readonly json: boolean;
  readonly lab?: string;
  readonly profile?: string;
}

/** A context, and what to call when the command has ended. */
export function makeContext(
  world: World,
  choices: Choices,
): { readonly context: Context; close(): Promise<void> } {
  const closers: (() => Promise<void>)[] = [];
  const say = (text: string): void => void world.io.err.write(`${text}\n`);
  const config = once(async () => {
    const input = await loadConfig(world.configFile ?? join(world.projectRoot, 'lab.config.ts'));
    return resolveConfig(input, world.workloads, choices.lab ? { name: choices.lab } : {});
  });
  const connect = once(async (): Promise<Connection> => {
    const lab = await config();
    // The clients are loaded when somebody is asked: help and refused options are there at once.
    const { connection } = await import('./connection.ts');
    if (choices.local) {
      const twin = await connectTwin(twinFolderOf(world), lab, say, personOf(world.environment));
      closers.push(twin.close);
      return connection(twin.endpoint, twin.deployment, twin);
    }
    const endpoint: Endpoint = {
      region: lab.region,
      ...(world.environment.AWS_ENDPOINT_URL ? { url: world.environment.AWS_ENDPOINT_URL } : {}),
      ...(choices.profile ? { profile: choices.profile } : {}),
    };
    const { readDeployment } = await import('../aws/read-deployment.ts');
    const deployment = await readDeployment(endpoint, lab.name);
    const places = Object.values(lab.workloads).flatMap(workload => Object.values(workload.places ?? {}));
    return connection(endpoint, deployment, undefined, Object.values(lab.datasets), places);
  });
  const context: Context = {
    ...world,
    world,
    ...choices,
    suffix: labWords(choices.argv),
    config,
    connect,
    say,
    print: text => void world.io.out.write(`${text}\n`),
    spec: name => findSpec(world.workloads, name),
  };
  return {
    context,
    close: async () => {
      for (const closer of closers) await closer();
    },
  };
}

/** The workload of this name. Throws LabError with the nearest. */
export function findSpec(workloads: readonly WorkloadSpec[], name: string): WorkloadSpec {
  const found = workloads.find(spec => spec.name === name);
  if (found) return found;
  const names = workloads.map(spec => spec.name);
  const near = suggest(name, names);
  throw new LabError({
    where: name === '' ? 'workload' : name,
    message: name === '' ? 'has to be named' : 'there is no such workload',
    fix: near ? `did you mean ${near}?` : `there are: ${names.join(', ')}`,
  });
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
