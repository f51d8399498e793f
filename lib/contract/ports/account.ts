import type { Dataset } from '../workload/config.ts';
import type { InputListing } from '../workload/input-look.ts';
import type { AccessKeys } from '../workload/mount.ts';
import type { QueueState } from './queue-state.ts';
import type { StackResource, StackState } from './stack.ts';

export type { QueueState } from './queue-state.ts';

/**
 * What `lab doctor` and the hints of `lab watch` ask of an account: reads alone, nothing is changed. A call throws what
 * the service refused. Implemented by lib/aws over the SDK.
 */
export interface Account {
  /** Who the credentials are. Throws where there are none, or none that are valid. */
  identity(): Promise<Identity>;
  /** End of the profile's SSO session, or undefined where it has none. */
  ssoSession(): Promise<SsoSession | undefined>;
  region(): Promise<RegionState>;
  /** Which of these instance types the region has. */
  offered(types: readonly string[]): Promise<readonly string[]>;
  /** VPCs and elastic addresses of the region, whosever they are. */
  networkCounts(): Promise<NetworkCounts>;
  /** Zones of the region, and of each of these services' endpoints. */
  serviceZones(services: readonly string[]): Promise<ServiceZones>;
  /** Version of CDK's bootstrap stack, by the name of its parameter; undefined where there is none. */
  bootstrapVersion(parameter: string): Promise<number | undefined>;
  stack(name: string): Promise<Pick<StackState, 'name' | 'status' | 'statusReason' | 'outputs'> | undefined>;
  /** The resource that failed first in the newest operation of a stack. */
  firstFailure(name: string): Promise<Pick<StackResource, 'logicalId' | 'type' | 'statusReason'> | undefined>;
  resources(name: string): Promise<readonly Pick<StackResource, 'type' | 'physicalId'>[]>;
  /** A quota of the region, or undefined where the service has none by this code. */
  quota(service: string, code: string): Promise<number | undefined>;
  hasRole(name: string): Promise<boolean>;
  /** Names of the log resource policies of the region. */
  logPolicies(): Promise<readonly string[]>;
  secret(id: string): Promise<string>;
  /** Lists one object of a dataset, as its access says; `keys` for the access that needs them. */
  openDataset(dataset: Dataset, keys?: AccessKeys): Promise<DatasetAnswer>;
  bucket(name: string): Promise<BucketState>;
  queues(names: readonly string[]): Promise<readonly QueueState[]>;
  environments(names?: readonly string[]): Promise<readonly EnvironmentState[]>;
  /** How many queues the region has. */
  queueCount(): Promise<number>;
  /** Image of the newest active revision, by job definition name. */
  images(jobDefinitions: readonly string[]): Promise<Readonly<Record<string, string>>>;
  image(uri: string): Promise<ImageAnswer>;
  /** Jobs of the queue that are RUNNABLE, arrays with such children among them, oldest first; at most `limit`. */
  waiting(queue: string, limit: number): Promise<readonly WaitingJob[]>;
  job(jobId: string): Promise<JobState | undefined>;
  /** Hosts that have joined a cluster. */
  joined(cluster: string): Promise<readonly JoinedHost[]>;
  /** Instances of a lab, those that ended within the last hour too. */
  instances(lab: string): Promise<readonly Instance[]>;
  /** What an instance's console says, the newest last. */
  console(instanceId: string): Promise<string>;
  /** Size in GiB of a device of a launch template's version, or undefined where it has none. */
  volume(launchTemplate: LaunchTemplate, device: string): Promise<number | undefined>;
}

export interface Identity {
  readonly account: string;
  readonly arn: string;
  readonly expiresAt?: Date;
}

export interface NetworkCounts {
  readonly vpcs: number;
  readonly addresses: number;
}

export interface ServiceZones {
  /** Names, as the account has them: us-east-1a. */
  readonly zones: readonly string[];
  /** By service; one that the region has no interface endpoint of is absent. */
  readonly services: Readonly<Record<string, readonly string[]>>;
}

export interface SsoSession {
  readonly name: string;
  readonly expiresAt: Date;
  /** Whether the CLI renews it without asking. */
  readonly renewable: boolean;
}

export type RegionState = 'enabled' | 'not-opted-in' | 'unknown';

/** `region` is where the bucket is, where S3 said so. */
export type DatasetAnswer =
  | {
      readonly state: 'open';
      readonly region?: string;
      readonly empty: boolean;
      /** What one listing shows; absent where that was not looked at. */
      readonly listing?: InputListing;
    }
  | { readonly state: 'refused'; readonly refusal: Refusal; readonly region?: string };

/** What a service said no with. */
export interface Refusal {
  /** The error's code: AccessDenied. */
  readonly name: string;
  readonly message: string;
  readonly status?: number;
}

/** Settings of a bucket that our stack would set; undefined is: it has none. */
export interface BucketState {
  readonly region: string;
  readonly versioning: boolean;
  /** AES256, aws:kms … */
  readonly encryption?: string;
  readonly publicAccessBlocked: boolean;
  /** Whether a policy denies what comes without TLS. */
  readonly tlsOnly: boolean;
  /** Days after which unfinished uploads go. */
  readonly abortUploadsDays?: number;
  readonly oldVersionsDays?: number;
  /** BucketOwnerEnforced, or another word of S3's. */
  readonly ownership?: string;
}

export interface EnvironmentState {
  readonly name: string;
  readonly arn: string;
  readonly state: string;
  readonly status: string;
  readonly statusReason?: string;
  readonly cluster?: string;
  readonly spot: boolean;
  readonly instanceTypes: readonly string[];
  readonly maxvCpus: number;
  readonly desiredvCpus: number;
  readonly launchTemplate?: LaunchTemplate;
}

/** `id` and version as a compute environment has them. */
export interface LaunchTemplate {
  readonly id: string;
  readonly version: string;
}

export type ImageAnswer =
  | { readonly state: 'found'; readonly architectures: readonly string[] }
  | { readonly state: 'missing'; readonly message: string }
  | { readonly state: 'unknown'; readonly why: string };

export interface WaitingJob {
  readonly jobId: string;
  readonly jobName: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** RUNNABLE children of an array. */
  readonly children?: number;
  readonly vcpus?: number;
  readonly memoryMiB?: number;
  readonly statusReason?: string;
}

export interface JobState extends WaitingJob {
  readonly queue: string;
  readonly status: string;
}

export interface JoinedHost {
  readonly instanceId: string;
  readonly connected: boolean;
  /** ECS's word: ACTIVE, DRAINING, REGISTRATION_FAILED. */
  readonly status: string;
  readonly tasks: number;
}

export interface Instance {
  readonly id: string;
  readonly type: string;
  /** EC2's word: running, terminated. */
  readonly state: string;
  readonly launchedAt?: Date;
  readonly stateReason?: string;
  /** Name of the Auto Scaling group, which Batch makes from the environment's name. */
  readonly group?: string;
}
