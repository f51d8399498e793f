import type { BakeSchedule } from '../contract/workload/baked-image.ts';
import type {
  AllocationStrategy,
  Compliance,
  ExistingNetworkConfig,
  ImageBuild,
  NetworkMode,
} from '../contract/workload/config.ts';
import type { DatasetAccess } from '../contract/workload/mount.ts';
import type { Architecture, Market, Resources } from '../contract/workload/workload.ts';

/** What a lab writes in `lab.config.ts`. Everything but the datasets has a default. */
export interface LabConfigInput {
  /** Small letters, digits and `-`. @default 'lab' */
  readonly name?: string;
  /** @default 'us-east-1', where hcp-openaccess is */
  readonly region?: string;
  /**
   * How hosts get to AWS. S3 of the lab's region goes through a gateway endpoint in each, which is free.
   *
   * - `public`: public subnets without inbound rules. Nothing is paid for while idle.
   * - `private-nat`: private subnets behind one NAT gateway: about 0.045 USD an hour (some 33 USD a month) while idle, and
   *   0.045 USD a GB of what is not S3 of this region.
   * - `private-endpoints`: no way to the internet, but endpoints of the services that hosts and jobs call, in two zones:
   *   about 0.01 USD an hour each (7 or 8 in 2 zones: some 100 to 115 USD a month) while idle. Datasets are then in the
   *   lab's region, none is `nda`, and images come from ECR.
   *
   * - `{ vpc: 'vpc-…', subnets: ['subnet-…'] }`: a VPC that is there already, for labs that may not make one. Its routes, endpoints
   *   and flow logs are its owner's; the lab makes a security group in it, without inbound rules.
   *
   * Prices: us-east-1, as of 2025; see aws.amazon.com/vpc/pricing and aws.amazon.com/privatelink/pricing.
   *
   * @default 'public'
   */
  readonly network?: NetworkMode | ExistingNetworkConfig;
  /**
   * Holds the stack to a pack of cdk-nag beside AwsSolutions, and changes it: a key of the lab's own (rotated every year)
   * for the output bucket, secrets, logs and volumes; managed policies instead of inline ones; a closed default security
   * group; S3 by endpoint only to this account and the datasets. Needs a private `network`.
   *
   * @default none
   */
  readonly compliance?: Compliance;
  readonly datasets?: Readonly<Record<string, DatasetInput>>;
  /** Pools of the lab's own, or changes to the default ones, by name. */
  readonly pools?: Readonly<Record<string, PoolInput>>;
  readonly workloads?: Readonly<Record<string, WorkloadInput>>;
  /**
   * Machine images that the account bakes by EC2 Image Builder, by name: ECS-optimized Amazon Linux 2023 with reference data and
   * container images on it. A pool uses one by `image: 'baked:<name>'`. @default none
   */
  readonly bakedImages?: Readonly<Record<string, BakedImageInput>>;
  /**
   * Where images of workloads are built.
   *
   * - `docker`: by Docker (or what CDK_DOCKER names) on the machine that deploys; for an architecture that it does not have it
   *   needs emulation.
   * - `codebuild`: in the account, on hosts of each architecture: the machine that deploys needs no Docker. A deploy waits for
   *   the build, and fails with its last lines. Paid for by the minute, only while something is built.
   *
   * @default 'docker'
   */
  readonly imageBuild?: ImageBuild;
  /**
   * ECR's copies of what comes from other registries, by the prefix of their repositories: `{ 'docker-hub': { upstream:
   * 'registry-1.docker.io', secret: 'ecr-pullthroughcache/docker-hub' } }`. Images of these registries are then pulled through
   * ECR, as they are written: workloads' `image`, and with `codebuild` what Dockerfiles are built FROM.
   *
   * @default none: images are pulled from where they are, Docker Hub's within its limits
   */
  readonly pullThroughCache?: Readonly<Record<string, PullThroughCacheInput>>;
  /** @default 90 */
  readonly logRetentionDays?: number;
  /** Mail addresses that are told when a run is over; each confirms it once, by the mail that AWS sends. */
  readonly notify?: readonly string[];
  /** Where archives of plates are: a bucket that the stack makes, and that stays when the stack goes. @default none */
  readonly archive?: ArchiveInput;
  /** Name of a bucket that is there already. @default a new one, kept when the stack goes */
  readonly existingOutputBucket?: string;
  /**
   * ARN of the KMS key that the existing bucket encrypts with, if it is a customer's own. Jobs and members are then allowed to use
   * it through S3; the key's policy has to let the account's IAM decide (as KMS's default policy does), or name their roles.
   *
   * @default none: the bucket encrypts with S3's keys
   */
  readonly existingOutputBucketKey?: string;
}

export interface ArchiveInput {
  /** Its name, of your choice and unique in all of S3: jobs, people and a later stack find it by that. */
  readonly bucket: string;
  /** It is there already: kept from an earlier stack, or one of your own, with the lifecycle rules of docs/plate-archive.md. @default false */
  readonly existing?: boolean;
  /** ARN of the KMS key that it encrypts with. @default the lab's own key where it is held to a pack, else S3's keys */
  readonly keyArn?: string;
  /** What is written over or deleted stays as an old version. @default true */
  readonly versioned?: boolean;
  /**
   * Object Lock: nothing that was written can be deleted for so many days. `GOVERNANCE`: but for the job that destroys an archive
   * for good; `COMPLIANCE`: by nobody, whatever happens. It can be turned on for a new bucket alone. @default none
   */
  readonly objectLock?: { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly days: number };
  /** Tars that nobody has verified expire after as many days. @default 30 */
  readonly leftoverDays?: number;
}

/** A bucket, or a package of the NIMH Data Archive. */
export type DatasetInput = BucketInput | NdaInput;

export interface BucketInput {
  readonly bucket: string;
  /** @default the lab's */
  readonly region?: string;
  /** Without leading `/`, with one at its end. @default '' */
  readonly prefix?: string;
  /** `keys`: access keys in a secret that `lab secret set` fills. */
  readonly access: Exclude<DatasetAccess, 'nda'>;
  /** Name or ARN of a secret that is there already. @default a new one */
  readonly existingSecret?: string;
}

/** ABCD, HCP-Aging and others: each item's files are downloaded by NDA's downloadcmd before its tool starts. */
export interface NdaInput {
  readonly access: 'nda';
  /** Id of the package that you made on nda.nih.gov: it expires, and can be made again. */
  readonly package: number;
  /** Regular expression over the names of files in the package; `{item}` is the item's name. @default '{item}' */
  readonly files?: string;
  /**
   * Buckets that the package's files are in, as its list of files names them: `s3://NDAR_Central_1/…`. With `compliance` hosts reach
   * these and no others of NDA's. @default none, which a lab under `compliance` in us-east-1 cannot do with
   */
  readonly buckets?: readonly string[];
  /** Name or ARN of a secret with {"username", "password"} that is there already. @default a new one */
  readonly existingSecret?: string;
}

/**
 * A queue with hosts of one architecture. There are `arm64-ondemand`, `arm64-spot`, `x86-ondemand` and `x86-spot`, with
 * 64 and 128 GiB hosts and 200 GiB of scratch, and `arm64-scratch`, `x86-scratch`, `arm64-scratch-spot` and `x86-scratch-spot` with at least 1,700 GiB of
 * it, and `arm64-archive` and `x86-archive`, which archives of plates share with nobody; what is said of one of these names changes it, any other name is a new pool. Only pools that an enabled workload uses are made.
 */
export interface PoolInput {
  /** @default that of the default pool of this name, else 'x86_64' */
  readonly architecture?: Architecture;
  /** Spot hosts cost about a third, and may go at any time: their jobs are tried again. @default 'on-demand' */
  readonly market?: Market;
  /** Of one architecture, by family and size; Batch takes the cheapest that holds what waits. @default 64 GiB hosts and larger */
  readonly instanceTypes?: readonly string[];
  /** How many vCPUs may run at once; Batch may go above it by one host. @default 1024 */
  readonly maxvCpus?: number;
  /** @default 'BEST_FIT_PROGRESSIVE' on demand, 'SPOT_PRICE_CAPACITY_OPTIMIZED' on spot */
  readonly allocationStrategy?: AllocationStrategy;
  /**
   * Of a spot pool: take on-demand hosts where spot has none left, or `maxvCpus` of spot are in use: up to `maxvCpus` more,
   * at the on-demand price. A job whose spot host was taken away starts with spot again. @default false
   */
  readonly spillToOnDemand?: boolean;
  /** Disk of the host's system, container images and what jobs write outside of /scratch. @default 100 */
  readonly rootGiB?: number;
  /**
   * What is mounted at /scratch, shared by the jobs of a host:
   *
   * - a volume; `gp3` (to 65,536 GiB, 80,000 IOPS, 2,000 MiB/s) or `io2` (to 256,000 IOPS)
   * - `'instance-store'`: the disks that the instance types have of their own; several are joined (RAID 0), which installs
   *   mdadm from Amazon Linux's repository where the image has none.
   *
   * @default a gp3 volume of 200 GiB, 3000 IOPS and 125 MiB/s; `instance-store` in the scratch pools
   */
  readonly scratch?: ScratchVolumeInput | 'instance-store';
  /**
   * Images of containers, and what they write outside of /scratch, are on the disk of scratch and not on the root volume: large
   * images do not fill it. What they take is not there for /scratch. @default true with `instance-store`, else false
   */
  readonly dockerOnScratch?: boolean;
  /**
   * A baked one of `bakedImages`: `'baked:<name>'`. Or an image of your own: its id (`ami-…`), or the name of an SSM parameter that holds one, which is read again at each
   * deploy. It is Amazon Linux 2023 with the ECS agent, for the pool's architecture. Where it has a file system on /dev/xvdb (reference data,
   * say), that is kept, grown to the volume's size and mounted at /scratch. @default Batch's newest Amazon Linux 2023
   */
  readonly image?: string;
}

/** What is baked takes from half an hour to hours; no deploy waits for it, and pools use the newest one of each deploy. */
export interface BakedImageInput {
  /** @default 'x86_64' */
  readonly architecture?: Architecture;
  /** `s3://bucket/prefix/` each, in any region: jobs find it, to be read, below /reference/<prefix>. @default none */
  readonly referenceData?: readonly string[];
  /** Images that hosts would else pull, with a tag or a digest: public ones, or of ECR. @default none */
  readonly containerImages?: readonly string[];
  /** Of the root volume; pools that use it have at least as much. @default 100 */
  readonly rootGiB?: number;
  /** When it is baked anew on the newest base; whenever this is changed it is baked as well. @default 'monthly' */
  readonly schedule?: BakeSchedule;
}

export interface ScratchVolumeInput {
  /** @default 'gp3' */
  readonly type?: 'gp3' | 'io2';
  /** @default 200 */
  readonly sizeGiB?: number;
  /** @default 3000 */
  readonly iops?: number;
  /** Of gp3 alone: at most a quarter of the IOPS. @default 125 */
  readonly throughputMiBps?: number;
}

export interface WorkloadInput {
  /** @default true for a workload that is written down here */
  readonly enabled?: boolean;
  /** The first is the default one. @default the workload's */
  readonly pools?: readonly string[];
  readonly resources?: Partial<Resources>;
  /**
   * A limit of this workload's own. Batch limits environments and not jobs, so each of its pools is then a copy that no other
   * workload uses, called `<pool>-<workload>`. @default the pools' limits, shared with all who use them
   */
  readonly maxvCpus?: number;
  /** Dataset by mount path. */
  readonly datasets?: Readonly<Record<string, string>>;
  /** An image URI, with our harness in it. @default the workload's Dockerfile, built at deploy */
  readonly image?: string;
  /**
   * An image of your own with your tools, by its URI: the workload's Dockerfile puts our harness over it at deploy (its `ARG BASE`).
   * For Docker, whoever deploys is logged in to its registry. @default what the Dockerfile says
   */
  readonly base?: string;
  /** The same for kinds of the workload's jobs, by name. @default the workload's, where the kind has no image of its own */
  readonly kinds?: Readonly<Record<string, KindInput>>;
  /** Sizes of single steps, by name. */
  readonly steps?: Readonly<Record<string, StepInput>>;
  /** Where the workload's places are, by name: buckets, or what is below a prefix of one, that its jobs work on. */
  readonly places?: Readonly<Record<string, PlaceInput>>;
}

export interface KindInput {
  readonly image?: string;
  readonly base?: string;
}

export interface StepInput {
  readonly resources?: Partial<Resources>;
  /** One of the workload's pools. */
  readonly pool?: string;
  /** That must be free before a job of it starts. */
  readonly scratchGiB?: number;
}

export interface PlaceInput {
  readonly bucket: string;
  /** Without leading `/`, with one at its end. @default '' */
  readonly prefix?: string;
  /** @default the lab's */
  readonly region?: string;
  /** ARN of the KMS key that the bucket encrypts with, if it is a customer's own. @default S3's keys */
  readonly keyArn?: string;
}

export interface PullThroughCacheInput {
  /** registry-1.docker.io, ghcr.io, quay.io, public.ecr.aws, registry.k8s.io, registry.gitlab.com, cgr.dev, <name>.azurecr.io */
  readonly upstream: string;
  /**
   * Name or ARN of a secret in the lab's account and region that is there already, with {"username", "accessToken"}. Its name
   * begins with `ecr-pullthroughcache/`. @default none; Docker Hub, GitHub, GitLab, Chainguard and Azure want one
   */
  readonly secret?: string;
  /** The account has a rule of this prefix already, another lab's perhaps. @default false: the lab makes it */
  readonly existing?: boolean;
}

/** Gives `lab.config.ts` its types. */
export const defineLab = (input: LabConfigInput): LabConfigInput => input;
