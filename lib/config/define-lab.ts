import type { DatasetAccess } from '../spec/mount.ts';
import type { Architecture, Market, Resources } from '../spec/workload.ts';

/** What a lab writes in `lab.config.ts`. Everything but the datasets has a default. */
export interface LabConfigInput {
  /** Small letters, digits and `-`. @default 'lab' */
  readonly name?: string;
  /** @default 'us-east-1', where hcp-openaccess is */
  readonly region?: string;
  /** @default 'public': public subnets without inbound rules, an S3 gateway endpoint, no idle cost */
  readonly network?: 'public';
  readonly datasets?: Readonly<Record<string, DatasetInput>>;
  /** Pools of the lab's own, or changes to the default ones, by name. */
  readonly pools?: Readonly<Record<string, PoolInput>>;
  readonly workloads?: Readonly<Record<string, WorkloadInput>>;
  /** @default 90 */
  readonly logRetentionDays?: number;
  /** Name of a bucket that is there already. @default a new one, kept when the stack goes */
  readonly existingOutputBucket?: string;
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
  /** Name or ARN of a secret with {"username", "password"} that is there already. @default a new one */
  readonly existingSecret?: string;
}

export interface PoolInput {
  readonly architecture?: Architecture;
  readonly market?: Market;
  readonly instanceTypes?: readonly string[];
  /** @default 1024 */
  readonly maxvCpus?: number;
  /** gp3; GiB, IOPS and MiB/s. @default 200 GiB, 3000, 125 */
  readonly scratch?: { readonly sizeGiB?: number; readonly iops?: number; readonly throughputMiBps?: number };
}

export interface WorkloadInput {
  /** @default true for a workload that is written down here */
  readonly enabled?: boolean;
  /** The first is the default one. @default the workload's */
  readonly pools?: readonly string[];
  readonly resources?: Partial<Resources>;
  /** Dataset by mount path. */
  readonly datasets?: Readonly<Record<string, string>>;
  /** An image URI. @default the workload's Dockerfile, built at deploy */
  readonly image?: string;
}

/** Gives `lab.config.ts` its types. */
export const defineLab = (input: LabConfigInput): LabConfigInput => input;
