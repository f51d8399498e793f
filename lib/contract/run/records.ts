/** What a container writes for every attempt of a shard: `results/<round>/<step>/<shard>/<jobId>.<attempt>`. */
export interface AttemptRecord {
  readonly version: 1;
  readonly runId: string;
  readonly step: string;
  readonly round: number;
  readonly shard: number;
  readonly jobId: string;
  readonly attempt: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly exitCode: number;
  readonly reason?: string;
  readonly host?: HostInfo;
  readonly image?: string;
  readonly items: readonly ItemRecord[];
}

export interface HostInfo {
  readonly instanceId?: string;
  readonly instanceType?: string;
  readonly availabilityZone?: string;
  readonly hostname: string;
}

export interface ItemRecord {
  readonly name: string;
  readonly state: 'done' | 'failed' | 'interrupted' | 'not-started';
  readonly exitCode?: number;
  readonly reason?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Highest resident set of the tool and its children, in bytes. */
  readonly peakMemoryBytes?: number;
  /** Input that came in for the item; what a shard downloads before it starts stands with its first item. */
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  readonly outputs?: readonly OutputRecord[];
}

export interface OutputRecord {
  readonly key: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256?: string;
}
