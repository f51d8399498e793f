import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import { scratchPath } from '../../contract/workload/env.ts';
import { type ContainerFolders, sentinelIn } from './folders.ts';
import type { ContainerRoot, ContainerRoots } from './roots.ts';

/**
 * The command that runs another in a mount namespace of its own, with the folders at /scratch, /data_in and /data_out. What
 * is mounted is seen in it alone, so nothing on the host changes. It begins in /. All of it is one process that replaces
 * itself, so that signals reach the command. One program mounts everything: one for each would take as long as a small job.
 */
export function inNamespace(
  root: ContainerRoot,
  command: readonly string[],
  scratchMiB?: number,
): readonly string[] {
  // Root needs no user namespace; anyone else gets one in which they are root.
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const script = enter(root, scratchMiB);
  return ['unshare', ...user, '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...command];
}

/** Whether this host can, with these paths visible inside; asked of the host once. */
export function hasNamespaces(needed: readonly string[], roots: ContainerRoots): boolean {
  if (process.platform !== 'linux' || needed.some(isHidden)) return false;
  known ??= asked(roots);
  return known;
}

/** Where a host's own programs are, whatever the PATH of who started us. */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

let known: boolean | undefined;

function asked(roots: ContainerRoots): boolean {
  const root = roots.take();
  const [program = '', ...args] = inNamespace(root, ['/bin/sh', '-c', 'test -d /data_in']);
  // As containers have it: many a user's own has no sbin, where the root is changed, and would be told that nothing is.
  const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:${systemPath}` };
  const can = spawnSync(program, args, { stdio: 'ignore', timeout: 10_000, env }).status === 0;
  roots.giveBack(root);
  return can;
}

/** The first process of a container, and when it began, by `performance.now()`. */
export interface FirstProcess {
  readonly pid: number;
  readonly began: number;
}

/**
 * Ends every process in the namespace with these folders, those that left the process group too, and those that have made
 * one of their own in it. Answers whether there was any.
 */
export function endNamespace({ base }: Pick<ContainerFolders, 'base'>, first?: FirstProcess): boolean {
  if (process.platform !== 'linux') return false;
  // The name alone is enough to tell it from every other twin's on this machine.
  const mark = `/${basename(base)}/`;
  const own = readlinkSync('/proc/self/ns/mnt');
  let found = false;
  for (const pid of since(first)) {
    try {
      if (readlinkSync(`/proc/${pid}/ns/mnt`) === own) continue;
      if (!readFileSync(`/proc/${pid}/mountinfo`, 'utf8').includes(mark)) continue;
      found = true;
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended, or is another user's.
    }
  }
  return found;
}

/**
 * All processes, but for those that were there before a container if that ran for less than a second: numbers are given in
 * order, and in so short a time begin anew once at most. Short ones are many, and a look at every process takes long.
 */
function since(first: FirstProcess | undefined): readonly number[] {
  const all = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number);
  if (first === undefined || performance.now() - first.began > 1000) return all;
  const newest = Number(readFileSync('/proc/loadavg', 'utf8').trim().split(' ').at(-1));
  return newest >= first.pid ? all.filter(pid => pid > first.pid) : all;
}

const isHidden = (path: string): boolean =>
  [scratchPath, '/data_in', '/data_out'].some(top => `${resolve(path)}${sep}`.startsWith(`${top}/`));

function enter(root: ContainerRoot, scratchMiB: number | undefined): string {
  const scratch = quoted(join(root.root, 'scratch'));
  const limited =
    scratchMiB === undefined
      ? ''
      : `mount -t tmpfs -o size=${scratchMiB}m tmpfs ${scratch}
cp -p ${quoted(sentinelIn(root))} ${scratch}
`;
  // Without a locale of its own mount has a dozen files less to read.
  return `set -e
LC_ALL=C mount -a -T ${quoted(root.table)}
${limited}exec chroot ${quoted(root.root)} "$@"
`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
