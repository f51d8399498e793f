import { rapidtide } from '../../jobs/rapidtide/spec.ts';
import type { LabConfigInput } from '../../lib/config/define-lab.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import type {
  Account,
  EnvironmentState,
  Instance,
  JoinedHost,
  WaitingJob,
} from '../../lib/contract/ports/account.ts';
import { outputNames, type StackMap } from '../../lib/contract/workload/metadata.ts';
import type { Check, Finding, Scope } from '../../lib/doctor/finding.ts';
import { runChecks } from '../../lib/doctor/run-checks.ts';

export const now = new Date('2026-11-21T12:00:00Z');
export const minutesAgo = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);

export const configInput: LabConfigInput = {
  name: 'lab',
  region: 'us-east-1',
  datasets: { hcp: { bucket: 'hcp-openaccess', access: 'keys', prefix: 'HCP_1200/' } },
  pools: { 'arm64-ondemand': { maxvCpus: 64 } },
  workloads: { rapidtide: { datasets: { '/data_in': 'hcp' }, pools: ['arm64-ondemand'] } },
};

export function scopeOf(input: LabConfigInput = configInput, more: Partial<Scope> = {}): Scope {
  const config = resolveConfig(input, [rapidtide]);
  return {
    config,
    specs: [rapidtide],
    pools: [...config.workloads.rapidtide!.pools],
    stackName: 'arraylab-lab',
    bootstrapParameter: '/cdk-bootstrap/hnb659fds/version',
    now,
    local: false,
    suffix: '',
    ...more,
  };
}

export const map: StackMap = {
  lab: 'lab',
  queues: { 'arm64-ondemand': 'queue-1', 'arm64-spot': 'queue-2' },
  workloads: { rapidtide: { jobDefinitions: { arm64: 'arraylab-lab-rapidtide-arm64' } } },
  secrets: { hcp: 'arraylab/lab/hcp' },
};

export const environment: EnvironmentState = {
  name: 'env-1',
  arn: 'arn:aws:batch:us-east-1:123456789012:compute-environment/env-1',
  state: 'ENABLED',
  status: 'VALID',
  statusReason: 'ComputeEnvironment Healthy',
  cluster: 'arn:aws:ecs:us-east-1:123456789012:cluster/env-1',
  spot: false,
  instanceTypes: ['m7g.4xlarge', 'r7g.4xlarge'],
  maxvCpus: 64,
  desiredvCpus: 0,
  launchTemplate: { id: 'lt-1', version: '3' },
};

export const keysText = '{"accessKeyId":"AKIAHCP","secretAccessKey":"s"}';

/** An account in which all is well. */
const healthy: Account = {
  identity: async () => ({ account: '123456789012', arn: 'arn:aws:iam::123456789012:user/ann' }),
  ssoSession: async () => undefined,
  region: async () => 'enabled',
  offered: async types => types,
  networkCounts: async () => ({ vpcs: 1, addresses: 0 }),
  serviceZones: async services => ({
    zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
    services: Object.fromEntries(services.map(each => [each, ['us-east-1a', 'us-east-1b']])),
  }),
  bootstrapVersion: async () => 27,
  stack: async name => ({
    name,
    status: 'UPDATE_COMPLETE',
    outputs: {
      [outputNames.outputBucket]: 'lab-output',
      [outputNames.logGroup]: 'jobs',
      [outputNames.map]: JSON.stringify(map),
    },
  }),
  firstFailure: async () => undefined,
  resources: async () => [{ logicalId: 'P', type: 'AWS::Logs::ResourcePolicy', physicalId: 'events' }],
  quota: async () => 1000,
  hasRole: async () => true,
  logPolicies: async () => ['events'],
  secret: async () => keysText,
  openDataset: async () => ({ state: 'open', empty: false, region: 'us-east-1' }),
  bucket: async () => ({
    region: 'us-east-1',
    versioning: true,
    encryption: 'AES256',
    publicAccessBlocked: true,
    tlsOnly: true,
    abortUploadsDays: 2,
    oldVersionsDays: 30,
    ownership: 'BucketOwnerEnforced',
  }),
  queues: async names =>
    names.map(name => ({
      name,
      arn: `arn:${name}`,
      state: 'ENABLED',
      status: 'VALID',
      environments: [environment.arn],
    })),
  environments: async () => [environment],
  queueCount: async () => 2,
  images: async names => Object.fromEntries(names.map(name => [name, `registry/${name}:1`])),
  image: async () => ({ state: 'found', architectures: ['arm64'] }),
  waiting: async () => [],
  job: async () => undefined,
  joined: async () => [],
  instances: async () => [],
  console: async () => '',
  volume: async () => 200,
};

export const fakeAccount = (more: Partial<Account> = {}): Account => ({ ...healthy, ...more });

/** An error as the SDK throws it. */
export const awsError = (name: string, message: string, status = 400): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });

export const denied = (): Promise<never> =>
  Promise.reject(awsError('AccessDeniedException', 'You may not.', 403));

/** The findings of one check. */
export async function findings(
  check: Check,
  account: Partial<Account> = {},
  scope: Scope = scopeOf(),
): Promise<readonly Finding[]> {
  const nothing: Check = { name: 'first', needs: [], gather: async () => undefined, judge: () => [] };
  const rows = await runChecks(nothing, [check], fakeAccount(account), scope);
  return rows.filter(row => row.check === check.name).map(({ check: _, ...finding }) => finding);
}

export const job: WaitingJob = {
  jobId: 'j-1',
  jobName: 'rapidtide-run',
  createdAt: minutesAgo(30).getTime(),
  vcpus: 8,
  memoryMiB: 62_000,
};
export const instance: Instance = {
  id: 'i-0abc',
  type: 'm7g.4xlarge',
  state: 'running',
  launchedAt: minutesAgo(20),
  group: 'env-1-asg-1234',
};
export const joinedHost: JoinedHost = { instanceId: 'i-0abc', connected: true, status: 'ACTIVE', tasks: 1 };
