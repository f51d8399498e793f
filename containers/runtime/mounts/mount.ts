import type { MountSource } from '../../../lib/contract/workload/mount.ts';
import type { MountSpec } from '../../../lib/contract/workload/workload.ts';
import type { ContainerWorld } from '../world.ts';

/** An input that is in place. */
export interface Mounted {
  /** Where it is: the spec's path, or the folder that stands for it. */
  readonly folder: string;
  /** What was downloaded; a mount has none. */
  readonly bytes?: number;
  unmount(): Promise<void>;
}

export interface ToMount {
  readonly spec: MountSpec;
  readonly source: MountSource;
  /** The path that the tool knows: the spec's, or what the environment says instead. */
  readonly target: string;
  /** A tmpfs folder for credentials, made when it is first asked for. */
  secretsFolder(): string;
  readonly place: MountTarget;
  readonly world: ContainerWorld;
}

export interface MountTarget {
  /** This attempt's own folder on the scratch volume, for downloads; without it they go to the path itself. */
  readonly scratch?: string;
  /** Names of the items that the input is for, where the source has to be asked for them. */
  readonly items?: readonly string[];
  /** Ends a download. */
  readonly signal?: AbortSignal;
}

/** How a mount tool is called. */
export interface MountCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** All of its environment but PATH. */
  readonly environment: Readonly<Record<string, string>>;
}
