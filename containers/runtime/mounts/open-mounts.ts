import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from '../../../lib/contract/workload/env.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { hiddenText, lookAtInput } from '../../../lib/contract/workload/input-look.ts';
import type { MountSource } from '../../../lib/contract/workload/mount.ts';
import type { MountAccess, MountSpec } from '../../../lib/contract/workload/workload.ts';
import { bytesIn, type TakeBytesIn } from '../bytes-in.ts';
import { ShardFailure } from '../failure.ts';
import type { ContainerWorld } from '../world.ts';
import { downloadPrefix } from './download-prefix.ts';
import { hasTool, mountFuse } from './fuse.ts';
import { datasetStore } from './identity.ts';
import { linkTo } from './link.ts';
import type { Mounted, MountTarget, ToMount } from './mount.ts';
import { mountpointCommand } from './mountpoint.ts';
import { downloadNda } from './nda.ts';
import { s3fsCommand } from './s3fs.ts';

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
  place: MountTarget = {},
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
      if (!source && spec.optional) continue;
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
  if (input.source.access === 'nda') return download(input);
  const access = chooseAccess(input);
  await checkInput(input, access);
  if (access === 's3fs') return mountFuse(await s3fsCommand(input), input);
  return access === 'mount-s3' ? mountFuse(await mountpointCommand(input), input) : download(input);
}

/** How the input gets in, by what this container has. Throws ShardFailure. */
function chooseAccess({ spec, world }: ToMount): MountAccess {
  const { access } = spec;
  if (access === 'download' || hasTool(access)) return access;
  if (world.environment[env.mountsBy] === 'download') {
    world.log(`${access} is not on this machine: ${spec.path} is downloaded instead`);
    return 'download';
  }
  // An image that was built where Mountpoint's download could not be reached still mounts, only slower.
  if (access === 'mount-s3' && hasTool('s3fs')) return 's3fs';
  throw new ShardFailure(exitCodes.mountFailed, `the image has no ${access}`);
}

/** A prefix that is not there mounts as an empty folder, and keys that are no files are left out: neither without a word. */
async function checkInput({ spec, source, world }: ToMount, access: MountAccess): Promise<void> {
  const address = `s3://${source.bucket}/${source.prefix}`;
  const look = await lookAtInput(await datasetStore(world, source), source.prefix, access);
  // What is written to may well begin empty.
  if (look.keys === 0 && spec.readOnly)
    throw new ShardFailure(
      exitCodes.mountFailed,
      `nothing is at ${address}, which ${spec.path} is to show: look at the dataset's prefix in lab.config.ts`,
    );
  const hidden = hiddenText(look);
  if (hidden) world.log(`${spec.path}: ${hidden}`);
}

/** Onto the scratch volume, with a link to it at the path that the tool knows. */
async function download(input: ToMount): Promise<Mounted> {
  const { spec, source, target, place, world } = input;
  const isFixed = place.scratch !== undefined && world.environment[variableOf(spec)] === undefined;
  const { folder, remove } = isFixed
    ? await linkTo(target, join(place.scratch, 'inputs', spec.path))
    : { folder: target, remove: async () => {} };
  mkdirSync(folder, { recursive: true });
  const bytes =
    source.access === 'nda'
      ? await downloadNda(input, folder)
      : await downloadPrefix(await datasetStore(world, source), source.prefix, folder, place.signal);
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
