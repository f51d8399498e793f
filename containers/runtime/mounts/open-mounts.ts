import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from '../../../lib/contract/workload/env.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import type { MountSource } from '../../../lib/contract/workload/mount.ts';
import type { MountSpec } from '../../../lib/contract/workload/workload.ts';
import { bytesIn, type TakeBytesIn } from '../bytes-in.ts';
import { ShardFailure } from '../failure.ts';
import type { ContainerWorld } from '../world.ts';
import { hasTool, mountFuse } from './fuse.ts';
import { datasetStore } from './identity.ts';
import type { Mounted, MountPlace, ToMount } from './mount.ts';
import { mountpointCommand } from './mountpoint.ts';
import { downloadNda } from './nda.ts';
import { s3fsCommand } from './s3fs.ts';
import { stage } from './stage.ts';
import { standIn } from './stand-in.ts';

export interface Mounts {
  /** Folder by the spec's path. */
  readonly folders: Readonly<Record<string, string>>;
  readonly takeBytesIn: TakeBytesIn;
  close(): Promise<void>;
}

/** Puts every input in place before the tool starts; all or none. Throws ShardFailure. */
export async function openMounts(
  world: ContainerWorld,
  specs: readonly MountSpec[],
  place: MountPlace = {},
): Promise<Mounts> {
  const sources = JSON.parse(world.environment[env.mounts] ?? '{}') as Record<string, MountSource>;
  let secrets: string | undefined;
  // A shard that is killed removes nothing, so there is one only where there are keys to hide.
  const secretsFolder = (): string => (secrets ??= mkdtempSync(join(memoryFolder(), `lab-${process.pid}-`)));
  const open: [string, Mounted][] = [];
  const close = async (): Promise<void> => {
    // The work is done by now: a mount that stays goes with the container.
    for (const [path, mounted] of open.reverse())
      await mounted.unmount().catch(error => world.log(`${path} stays mounted: ${(error as Error).message}`));
    if (secrets) rmSync(secrets, { recursive: true, force: true });
  };
  try {
    for (const spec of specs) {
      const source = sources[spec.path];
      if (!source) throw new ShardFailure(exitCodes.badJob, `${env.mounts} names no source for ${spec.path}`);
      const target = targetOf(world, spec);
      open.push([spec.path, await mount({ spec, source, target, secretsFolder, place, world })]);
    }
  } catch (error) {
    await close();
    if (error instanceof ShardFailure) throw error;
    throw new ShardFailure(exitCodes.mountFailed, (error as Error).message);
  }
  const mounted = open.map(([, each]) => each);
  return {
    folders: Object.fromEntries(open.map(([path, each]) => [path, each.folder])),
    takeBytesIn: bytesIn(
      mounted.reduce((sum, each) => sum + (each.bytes ?? 0), 0),
      mounted.some(each => each.bytes === undefined),
    ),
    close,
  };
}

const memoryFolder = (): string => (existsSync('/dev/shm') ? '/dev/shm' : tmpdir());

async function mount(input: ToMount): Promise<Mounted> {
  const { access } = input.spec;
  if (input.source.access === 'nda') return download(input);
  if (access === 's3fs' && hasTool('s3fs')) return mountFuse(await s3fsCommand(input), input);
  if (access === 'mount-s3' && hasTool('mount-s3')) return mountFuse(await mountpointCommand(input), input);
  // An image that was built where Mountpoint's download could not be reached still mounts, only slower.
  if (access === 'mount-s3' && input.world.environment.LAB_TWIN !== '1' && hasTool('s3fs'))
    return mountFuse(await s3fsCommand(input), input);
  if (access !== 'stage' && input.world.environment.LAB_TWIN !== '1')
    throw new ShardFailure(exitCodes.mountFailed, `the image has no ${access}`);
  if (access !== 'stage')
    input.world.log(`${access} is not on this machine: ${input.spec.path} is downloaded instead`);
  return download(input);
}

/** Onto the scratch volume, with a link to it at the path that the tool knows. */
async function download(input: ToMount): Promise<Mounted> {
  const { spec, source, target, place, world } = input;
  const isFixed = place.scratch !== undefined && world.environment[variableOf(spec)] === undefined;
  const { folder, remove } = isFixed
    ? await standIn(target, join(place.scratch, 'inputs', spec.path))
    : { folder: target, remove: async () => {} };
  mkdirSync(folder, { recursive: true });
  const bytes =
    source.access === 'nda'
      ? await downloadNda(input, folder)
      : await stage(await datasetStore(world, source), source.prefix, folder, place.signal);
  return { folder: target, bytes, unmount: remove };
}

/** The spec's path, or the folder that stands for it where fixed paths cannot be had. */
const targetOf = (world: ContainerWorld, spec: MountSpec): string =>
  world.environment[variableOf(spec)] ?? spec.path;

function variableOf(spec: MountSpec): string {
  if (spec.path === '/data_in') return env.dataIn;
  if (spec.path === '/data_out') return env.dataOut;
  return `LAB${spec.path.replaceAll('/', '_').toUpperCase()}`;
}
