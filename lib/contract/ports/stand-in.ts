import type { HostInfo } from '../run/records.ts';

/**
 * The harness of a container with a stand-in for its tool: `runStandIn` of dist/containers/stand-in.cjs, which the twin
 * runs in its own process, so that 10,000 shards are rehearsed without 10,000 processes.
 */
export type RunStandIn = (container: StandInContainer) => Promise<number>;

export interface StandInContainer {
  /** As a container's. */
  readonly environment: Readonly<Record<string, string>>;
  /** Aborted by SIGTERM or a spot notice. */
  readonly signal: AbortSignal;
  /** The simulated EC2 instance. */
  readonly host: HostInfo;
  /** The twin's time. */
  now(): Date;
  /** Does what the tool would do for an item, or for all items of a step that takes them together. */
  tool(call: ToolCall): Promise<ToolEnd>;
  log(line: string): void;
}

export interface ToolCall {
  readonly step: string;
  /** From 0. */
  readonly round: number;
  /** The first item's, where there are several. */
  readonly item: string;
}

export interface ToolEnd {
  readonly exitCode: number;
  readonly reason?: string;
  readonly peakMemoryBytes?: number;
}

/** The harness's bundle, relative to the project. */
export const standInBundle = 'dist/containers/stand-in.cjs';
