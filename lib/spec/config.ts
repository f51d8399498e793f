import type { DatasetAccess } from './mount.ts';
import type { Architecture, Market, Resources } from './workload.ts';

/** `lab.config.ts` after validation, with every default filled in. */
export interface LabConfig {
  /** `^[a-z][a-z0-9-]{0,20}$`. */
  readonly name: string;
  readonly region: string;
  readonly network: 'public' | 'private-nat' | 'private-endpoints';
  readonly datasets: Readonly<Record<string, Dataset>>;
  readonly pools: Readonly<Record<string, Pool>>;
  readonly workloads: Readonly<Record<string, WorkloadConfig>>;
  readonly logRetentionDays: number;
  readonly existingOutputBucket?: string;
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
