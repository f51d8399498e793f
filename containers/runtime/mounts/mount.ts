import type { MountSource } from '../../../lib/spec/mount.ts';
import type { MountSpec } from '../../../lib/spec/workload.ts';
import type { ContainerWorld } from '../world.ts';

/** An input that is in place. */
export interface Mounted {
  /** Where it is: the spec's path, or the folder that stands for it. */
  readonly folder: string;
  unmount(): Promise<void>;
}

export interface ToMount {
  readonly spec: MountSpec;
  readonly source: MountSource;
  /** The folder that the spec's path stands for. */
  readonly target: string;
  /** A tmpfs folder for credentials. */
  readonly secrets: string;
  readonly world: ContainerWorld;
}
