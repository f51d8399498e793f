import type { BakedImage } from './baked-image.ts';
import type { DatasetSource } from './mount.ts';
import type { Architecture, Market, Resources } from './workload.ts';

/** How hosts get to AWS. */
export const networkModes = ['public', 'private-nat', 'private-endpoints'] as const;
export type NetworkMode = (typeof networkModes)[number];

/** A VPC that is there already, and the subnets of it that hosts start in: each with a way to ECS, ECR, S3 and CloudWatch Logs. */
export interface ExistingNetworkConfig {
  /** `vpc-…`. */
  readonly vpc: string;
  /** `subnet-…`, at least one, in different zones if there are several. */
  readonly subnets: readonly string[];
}

/** Packs of cdk-nag that a lab can be held to, beside AwsSolutions. */
export const complianceNames = ['nist-800-53-r5', 'hipaa'] as const;
export type Compliance = (typeof complianceNames)[number];

/** Where the Dockerfiles of workloads are built: by Docker where `cdk deploy` runs, or by CodeBuild in the account. */
export const imageBuilds = ['docker', 'codebuild'] as const;
export type ImageBuild = (typeof imageBuilds)[number];

/** `lab.config.ts` after validation, with every default filled in. */
export interface LabConfig {
  /** `^[a-z][a-z0-9-]{0,20}$`. */
  readonly name: string;
  readonly region: string;
  readonly network: NetworkMode | ExistingNetworkConfig;
  readonly compliance?: Compliance;
  readonly datasets: Readonly<Record<string, Dataset>>;
  readonly pools: Readonly<Record<string, Pool>>;
  readonly bakedImages: Readonly<Record<string, BakedImage>>;
  readonly workloads: Readonly<Record<string, WorkloadConfig>>;
  readonly imageBuild: ImageBuild;
  /** By the prefix of the repositories that ECR keeps copies in. */
  readonly pullThroughCache: Readonly<Record<string, PullThroughCache>>;
  readonly logRetentionDays: number;
  /** Mail addresses that are told when a run is over. */
  readonly notify?: readonly string[];
  readonly archive?: ArchiveBucket;
  readonly existingOutputBucket?: string;
  /** ARN of the key that the existing bucket's objects are encrypted with. */
  readonly existingOutputBucketKey?: string;
}

/** The bucket of the lab's archives: made by the stack under this name, and kept when the stack goes. */
export interface ArchiveBucket {
  readonly bucket: string;
  /** It is there already, and set up by its owner. */
  readonly existing: boolean;
  /** ARN of the key of KMS that it encrypts with. */
  readonly keyArn?: string;
  readonly versioned: boolean;
  /** What cannot be deleted for so long, by nobody (`COMPLIANCE`) or by few (`GOVERNANCE`). */
  readonly objectLock?: { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly days: number };
  /** Days after which what nobody has verified expires. */
  readonly leftoverDays: number;
}

/** ECR's copy of what is pulled from a registry. */
export interface PullThroughCache {
  /** The registry, by the name that ECR knows it: `registry-1.docker.io`. */
  readonly upstream: string;
  /** Name or ARN of the secret with the login of the registry. */
  readonly secret?: string;
  /** The account has the rule already: its prefix can be in a region but once. */
  readonly existing: boolean;
}

export interface Dataset extends DatasetSource {
  /** Of an NDA package: the buckets that its files are in. */
  readonly buckets?: readonly string[];
  readonly existingSecret?: string;
}

export interface Pool {
  readonly architecture: Architecture;
  readonly market: Market;
  readonly instanceTypes: readonly string[];
  /** Of each of its compute environments: one, or two where it spills. */
  readonly maxvCpus: number;
  readonly allocationStrategy: AllocationStrategy;
  /** A spot pool takes on-demand hosts where spot gives none. */
  readonly spillToOnDemand: boolean;
  /** Where images of containers and what they write outside of /scratch are. */
  readonly rootGiB: number;
  readonly scratch: Scratch;
  /** Docker's storage is on the disk of scratch, and not on the root volume. */
  readonly dockerOnScratch: boolean;
  /** AMI id, or the name of an SSM parameter that holds one. @default Batch's newest Amazon Linux 2023 */
  readonly image?: string;
}

/** Those that can be updated, and need no fleet role: BEST_FIT is not one. */
export const allocationStrategies = {
  'on-demand': ['BEST_FIT_PROGRESSIVE'],
  spot: ['SPOT_PRICE_CAPACITY_OPTIMIZED', 'SPOT_CAPACITY_OPTIMIZED'],
} as const;

export type AllocationStrategy = (typeof allocationStrategies)[Market][number];

/** A volume of EBS's, or all NVMe disks of the instance type's own (RAID 0 where there are several). */
export type Scratch = ScratchVolume | 'instance-store';

export type ScratchVolume = Gp3Volume | Io2Volume;

/** Size in GiB, throughput in MiB/s. */
export interface Gp3Volume {
  readonly type: 'gp3';
  readonly sizeGiB: number;
  readonly iops: number;
  readonly throughputMiBps: number;
}

/** Its throughput follows from its IOPS. */
export interface Io2Volume {
  readonly type: 'io2';
  readonly sizeGiB: number;
  readonly iops: number;
}

export interface WorkloadConfig {
  readonly enabled: boolean;
  readonly pools: readonly string[];
  readonly resources: Resources;
  /** What is said of single steps. */
  readonly steps?: Readonly<Record<string, StepConfig>>;
  /** Where its places are, by name. */
  readonly places?: Readonly<Record<string, PlaceConfig>>;
  /** The image that the workload's Dockerfile builds on, in place of its own. */
  readonly base?: string;
  /** Its pools are its own, with this many vCPUs each. @default - it shares them */
  readonly maxvCpus?: number;
  /** Dataset by mount path: `{ '/data_in': 'hcp' }`. */
  readonly datasets: Readonly<Record<string, string>>;
  /** An image URI instead of building the workload's Dockerfile. */
  readonly image?: string;
  /** The same for kinds of jobs that have an image of their own, or are to have one. */
  readonly kinds?: Readonly<Record<string, KindConfig>>;
}

/** What jobs are made of: an image that is there, or one that a Dockerfile builds on; neither is the Dockerfile's own. */
export interface KindConfig {
  readonly image?: string;
  readonly base?: string;
}

export interface StepConfig {
  readonly resources?: Partial<Resources>;
  readonly pool?: string;
  readonly scratchGiB?: number;
}

export interface PlaceConfig {
  readonly bucket: string;
  /** Without leading `/`, with one at its end. */
  readonly prefix: string;
  readonly region: string;
  /** Of the KMS key that the bucket encrypts with. */
  readonly keyArn?: string;
}
