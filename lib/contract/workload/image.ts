export type Architecture = 'arm64' | 'x86_64';
export type Market = 'on-demand' | 'spot';

export interface ImageSpec {
  /** The folder with the Dockerfile, relative to the project. */
  readonly context: string;
  readonly architectures: readonly Architecture[];
}

/** How an input gets into the container. `s3fs` and `mount-s3` need `privileged`; `download` puts it on scratch. */
export type MountAccess = 'download' | 's3fs' | 'mount-s3';

export interface MountSpec {
  /** Where the tool finds it: `/data_in`. */
  readonly path: string;
  /** Environment variable that names the bucket: `INPUT_BUCKET`. */
  readonly bucketEnv: string;
  readonly access: MountAccess;
  readonly readOnly: boolean;
  /** Where lab.config.ts names no dataset for it, there is none. */
  readonly optional?: true;
}
