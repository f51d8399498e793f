import { mkdir } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../contract/verb/make-folder.ts';
import { personEnv } from '../contract/workload/env.ts';
import { Authority } from './access/authority.ts';
import { Callers } from './access/callers.ts';
import type { Needed } from './access/needed.ts';
import {
  keysOfPeople,
  openToAll,
  type Person,
  type PersonKeys,
  people,
  policiesOf,
} from './access/people.ts';
import { type HostUse, startBatch } from './batch/start-batch.ts';
import type { RunContainer } from './batch/types.ts';
import { type Clock, realClock } from './clock.ts';
import { clockOfFile } from './clock-file.ts';
import { cloudFormation, stackRights } from './cloudformation.ts';
import {
  type ContainerCredentials,
  containerCredentials,
  processContainers,
} from './container/process-containers.ts';
import type { Faults } from './faults/config.ts';
import { withContainerFaults } from './faults/container-faults.ts';
import { type InstanceMetadata, instanceMetadata } from './faults/instance-metadata.ts';
import { parseFaults, readFaults } from './faults/read-faults.ts';
import { requestFaults } from './faults/request-faults.ts';
import { lockFolder } from './folder-lock.ts';
import { type Guard, jsonService } from './http/json-service.ts';
import { startServer } from './http/server.ts';
import type { JsonCall } from './http/service.ts';
import { closedToStrangers, otherKeys } from './http/strangers.ts';
import { logsService } from './logs/logs-service.ts';
import { s3Service } from './s3/s3-service.ts';
import { secretsService } from './secrets/secrets-service.ts';
import { stsService } from './sts/sts-service.ts';
import { readTwinStack, type TwinStack } from './template/twin-stack.ts';

export type { HostUse } from './batch/start-batch.ts';

export interface TwinOptions {
  /** Where its state is: `.lab/twin`. Survives a kill. */
  readonly folder: string;
  readonly projectRoot: string;
  readonly region: string;
  /** The synthesized template of the lab stack. */
  readonly template: object;
  /** Datasets and places of the configuration: buckets that are there without being the stack's. */
  readonly datasetBuckets: readonly string[];
  /** Those of them that anybody may read. */
  readonly publicBuckets?: readonly string[];
  /** The Node that runs job bundles. */
  readonly node: string;
  /** Folders of the programs that the workloads' images would hold: first in a job's PATH. */
  readonly tools: readonly string[];
  readonly port?: number;
  /** The time of its Batch; this machine's when left out, put forward by what `batch/.clock.json` in its folder says. */
  readonly clock?: Clock;
  /** Told of every request that IAM refuses, with the statement that was missing; standard error when left out. */
  readonly onRefusal?: (text: string) => void;
  /** Instead of what `faults.json` in its folder says. */
  readonly faults?: Faults;
  /** Whether jobs stay as they are until `runJobs` is called: who only looks is not to begin anything that ends with the look. */
  readonly holdsJobs?: boolean;
  /** What runs the containers, instead of processes of this machine, which then does not limit how many run at once. */
  readonly containers?: (parts: ContainerParts) => RunContainer;
}

/** What containers need of the twin that they run in. */
export interface ContainerParts {
  readonly region: string;
  /** Where containers have their folders; nothing else is in it. */
  readonly folder: string;
  readonly credentials: ContainerCredentials;
  readonly metadata: InstanceMetadata;
  serverUrl(): string;
}

export interface Twin {
  readonly url: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Of whom a person can come as. */
  readonly keys: Readonly<Record<Person, PersonKeys>>;
  /** Every host that there was since it started. */
  hosts(): readonly HostUse[];
  /** Lets jobs run that were held (`holdsJobs`). */
  runJobs(): void;
  close(): Promise<void>;
}

/** The account that every ARN of the twin names. */
const account = '000000000000';

/** Brings up the twin of AWS on loopback, with the stack's buckets, secrets, queues and job definitions in it. */
export async function startTwin(options: TwinOptions): Promise<Twin> {
  const { folder, region } = options;
  await makeFolder(folder, 0o700);
  const unlock = lockFolder(folder);
  const keys = await keysOfPeople(folder);
  const resources = readTwinStack(options.template, { region, account });
  const { callers, authority } = accessOf(options, resources, keys);
  const s3 = s3Service({
    folder: join(folder, 's3'),
    region,
    rightsOf: request => authority.of('s3', request),
    settings: Object.fromEntries(resources.buckets.map(each => [each.name, each.settings])),
  });
  for (const bucket of [...resources.buckets.map(each => each.name), ...options.datasetBuckets]) {
    await mkdir(join(folder, 's3', bucket), { recursive: true });
  }
  const secrets = secretsService({
    folder: join(folder, 'secrets'),
    region,
    keys: new Map(resources.secrets.flatMap(({ name, keyArn }) => (keyArn ? [[name, keyArn]] : []))),
  });
  for (const secret of resources.secrets) await secrets.ensure(secret.name, secret.value, secret.arn);
  const logs = logsService({ folder: join(folder, 'logs'), region });
  const { roles } = resources.rights;
  const credentials = containerCredentials({
    assume: ({ jobRole }, session) => {
      const role = jobRole === undefined ? undefined : roles.get(jobRole);
      return role && callers.assume(role, session);
    },
    forget: id => callers.forget(id),
  });
  const guard =
    (service: string, rights: (call: JsonCall) => Needed[] | Promise<Needed[]>): Guard =>
    async (call, request) =>
      authority.of(service, request).want(await rights(call));
  const holder: { url: string } = { url: '' };
  const faultsFile = process.env[personEnv.twinFaults] ?? join(folder, 'faults.json');
  const found = options.faults ?? readFaults(faultsFile);
  const faults = found ?? parseFaults({});
  const clock = options.clock ?? realClock(clockOfFile(join(folder, 'batch')));
  if (found && !options.faults) process.stderr.write(`the twin injects faults: ${faultsFile}\n`);
  const metadata = instanceMetadata();
  const parts: ContainerParts = {
    region,
    folder: join(folder, 'containers'),
    credentials,
    metadata,
    serverUrl: () => holder.url,
  };
  const { projectRoot, node, tools } = options;
  const containers = options.containers?.(parts) ?? processContainers({ projectRoot, node, tools, ...parts });
  const batch = await startBatch({
    folder: join(folder, 'batch'),
    region,
    account,
    resources,
    logs,
    run: found
      ? withContainerFaults(containers, { faults, metadata, clock, serverUrl: () => holder.url })
      : containers,
    pace: faults.pace,
    clock,
    ...(options.clock ? { seed: faults.seed } : {}),
    ...(options.containers ? unlimited : thisMachine()),
  });
  const server = await startServer({
    ...(options.port === undefined ? {} : { port: options.port }),
    services: [
      s3,
      jsonService('batch', 'rest-json', batch.call, guard('batch', batch.rights)),
      jsonService('logs', 'json', logs.call, guard('logs', logs.rights)),
      jsonService('secretsmanager', 'json', secrets.call, guard('secretsmanager', secrets.rights)),
      stsService({ account, arnOf: id => callers.find(id)?.principal.arn }),
      jsonService(
        'cloudformation',
        'query',
        cloudFormation(resources),
        guard('cloudformation', call => stackRights(call, `arn:aws:cloudformation:${region}:${account}`)),
      ),
    ],
    credentials: {
      find: id => callers.find(id)?.credential ?? otherKeys(join(folder, 's3'), id),
    },
    extra: async (request, response) =>
      metadata.handle(request, response) || credentials.handle(request, response),
    intercept: closedToStrangers(
      id => callers.find(id) !== undefined,
      found ? requestFaults(faults, Date.now, stormTime(options)) : undefined,
    ),
  });
  holder.url = server.url;
  if (!options.holdsJobs) batch.start();
  return {
    url: server.url,
    outputs: resources.outputs,
    keys,
    hosts: batch.hosts,
    runJobs: batch.start,
    close: async () => {
      await batch.close();
      await server.close();
      unlock();
    },
  };
}

/** Who may do what: the people of the lab, the roles of its jobs, and what its buckets say themselves. */
function accessOf(
  { datasetBuckets, publicBuckets = [], onRefusal = toStandardError }: TwinOptions,
  { rights }: TwinStack,
  keys: Readonly<Record<Person, PersonKeys>>,
): { readonly callers: Callers; readonly authority: Authority } {
  const callers = new Callers(account);
  const policies = policiesOf(rights, datasetBuckets);
  for (const person of people) callers.addUser(person, keys[person], policies[person]);
  const ofBuckets = new Map(rights.ofBuckets);
  for (const name of publicBuckets) ofBuckets.set(name, [...(ofBuckets.get(name) ?? []), openToAll(name)]);
  return { callers, authority: new Authority({ account, callers, ofBuckets, onRefusal }) };
}

const toStandardError = (text: string): void => void process.stderr.write(`the twin: ${text}\n`);

/** In a rehearsal storms pass in simulated time, and in the real time that clients take to try again, for which it stands still. */
const stormTime = ({ clock }: TwinOptions): (() => number) =>
  clock ? () => clock.now() + performance.now() : Date.now;

const unlimited = { cpus: Number.POSITIVE_INFINITY, memoryMiB: Number.POSITIVE_INFINITY };
const thisMachine = (): typeof unlimited => ({
  cpus: cpus().length,
  memoryMiB: Math.floor(totalmem() / 1024 / 1024),
});
