import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from '../../../lib/spec/env.ts';
import { exitCodes } from '../../../lib/spec/exit-codes.ts';
import type { MountSource } from '../../../lib/spec/mount.ts';
import type { MountSpec } from '../../../lib/spec/workload.ts';
import { ShardFailure } from '../failure.ts';
import type { ContainerWorld } from '../world.ts';
import { hasTool, mountMountpoint, mountS3fs } from './fuse.ts';
import { datasetStore } from './identity.ts';
import type { Mounted, ToMount } from './mount.ts';
import { stage } from './stage.ts';

export interface Mounts {
  /** Folder by the spec's path. */
  readonly folders: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Puts every input in place before the tool starts; all or none. Throws ShardFailure. */
export async function openMounts(world: ContainerWorld, specs: readonly MountSpec[]): Promise<Mounts> {
  const sources = JSON.parse(world.environment[env.mounts] ?? '{}') as Record<string, MountSource>;
  const secrets = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'lab-'));
  const open: [string, Mounted][] = [];
  const close = async (): Promise<void> => {
    for (const [, mounted] of open.reverse()) await mounted.unmount();
    rmSync(secrets, { recursive: true, force: true });
  };
  try {
    for (const spec of specs) {
      const source = sources[spec.path];
      if (!source) throw new ShardFailure(exitCodes.badJob, `${env.mounts} names no source for ${spec.path}`);
      open.push([spec.path, await mount({ spec, source, target: targetOf(world, spec), secrets, world })]);
    }
  } catch (error) {
    await close();
    if (error instanceof ShardFailure) throw error;
    throw new ShardFailure(exitCodes.mountFailed, (error as Error).message);
  }
  return { folders: Object.fromEntries(open.map(([path, mounted]) => [path, mounted.folder])), close };
}

async function mount(input: ToMount): Promise<Mounted> {
  const { access } = input.spec;
  if (access === 's3fs' && hasTool('s3fs')) return mountS3fs(input);
  if (access === 'mount-s3' && hasTool('mount-s3')) return mountMountpoint(input);
  if (access !== 'stage' && input.world.environment.LAB_TWIN !== '1')
    throw new ShardFailure(exitCodes.mountFailed, `the image has no ${access}`);
  if (access !== 'stage')
    input.world.log(`${access} is not on this machine: ${input.spec.path} is downloaded instead`);
  mkdirSync(input.target, { recursive: true });
  await stage(await datasetStore(input.world, input.source), input.source.prefix, '', input.target);
  return { folder: input.target, unmount: async () => {} };
}

/** The spec's path, or the folder that stands for it where fixed paths cannot be had. */
function targetOf(world: ContainerWorld, spec: MountSpec): string {
  const name =
    spec.path === '/data_in'
      ? env.dataIn
      : spec.path === '/data_out'
        ? env.dataOut
        : `LAB${spec.path.replaceAll('/', '_').toUpperCase()}`;
  return world.environment[name] ?? spec.path;
}
