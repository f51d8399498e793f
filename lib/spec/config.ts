import type { DatasetAccess } from './mount.ts';
import type { Architecture, Market, Resources } from './workload.ts';

/** How hosts get to AWS. */
export const networkModes = ['public', 'private-nat', 'private-endpoints'] as const;
export type NetworkMode = (typeof networkModes)[number];

/** Packs of cdk-nag that a lab can be held to, beside AwsSolutions. */
export const complianceNames = ['nist-800-53-r5', 'hipaa'] as const;
export type Compliance = (typeof complianceNames)[number];

/** `lab.config.ts` after validation, with every default filled in. */
export interface LabConfig {
  /** `^[a-z][a-z0-9-]{0,20}$`. */
  readonly name: string;
  readonly region: string;
  readonly network: NetworkMode;
  readonly compliance?: Compliance;
  readonly datasets: Readonly<Record<string, Dataset>>;
  readonly pools: Readonly<Record<string, Pool>>;
  readonly workloads: Readonly<Record<string, WorkloadConfig>>;
  readonly logRetentionDays: number;
  readonly existingOutputBucket?: string;
  /** ARN of the key that the existing bucket's objects are encrypted with. */
  readonly existingOutputBucketKey?: string;
}

export interface Dataset {
  readonly bucket: string;
  readonly region: string;
  readonly prefix: string;
  readonly access: DatasetAccess;
  /** For `nda`: the package, and the pattern of an item's files in it. */
  readonly package?: string;
  readonly files?: string;
  readonly existingSecret?: string;
}

export interface Pool {
  readonly architecture: Architecture;
  readonly market: Market;
  readonly instanceTypes: readonly string[];
  readonly maxvCpus: number;
  readonly scratch: ScratchVolume;
}

/** gp3. Size in GiB, throughput in MiB/s. */
export interface ScratchVolume {
  readonly sizeGiB: number;
  readonly iops: number;
  readonly throughputMiBps: number;
}

export interface WorkloadConfig {
  readonly enabled: boolean;
  readonly pools: readonly string[];
  readonly resources: Resources;
  /** Dataset by mount path: `{ '/data_in': 'hcp' }`. */
  readonly datasets: Readonly<Record<string, string>>;
  /** An image URI instead of building the workload's Dockerfile. */
  readonly image?: string;
}
