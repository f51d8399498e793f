import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { scratchPath } from '../../contract/workload/env.ts';

/** Folders of the host that stand at a container's fixed paths. */
export interface ContainerFolders {
  /** Holds the others, and an empty one on which the container's root is put together. */
  readonly base: string;
  readonly scratch: string;
  readonly dataIn: string;
  readonly dataOut: string;
}

export const foldersIn = (base: string): ContainerFolders => ({
  base,
  scratch: join(base, 'scratch'),
  dataIn: join(base, 'data_in'),
  dataOut: join(base, 'data_out'),
});

/**
 * The command that runs another in a mount namespace of its own, with the folders at /scratch, /data_in and /data_out:
 * a root of tmpfs that binds the host's top-level folders, so nothing on the host changes. All of it is one process
 * that replaces itself, so that signals reach the command.
 */
export function inNamespace(
  folders: ContainerFolders,
  command: readonly string[],
  scratchMiB?: number,
): readonly string[] {
  // Root needs no user namespace; anyone else gets one in which they are root.
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  return [
    'unshare',
    ...user,
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-c',
    enter,
    'sh',
    join(folders.base, 'root'),
    folders.scratch,
    folders.dataIn,
    folders.dataOut,
    scratchMiB === undefined ? '' : `${scratchMiB}m`,
    ...command,
  ];
}

/** Whether this host can, with these paths visible inside; asked of the host once. */
export function hasNamespaces(needed: readonly string[], probe: ContainerFolders): boolean {
  if (process.platform !== 'linux' || needed.some(isHidden)) return false;
  const [program = '', ...args] = inNamespace(probe, ['/bin/sh', '-c', 'test -d /data_in']);
  // As containers have it: many a user's own has no sbin, where the root is changed, and would be told that nothing is.
  const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:${systemPath}` };
  known ??= spawnSync(program, args, { stdio: 'ignore', timeout: 10_000, env }).status === 0;
  return known;
}

/** Where a host's own programs are, whatever the PATH of who started us. */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

let known: boolean | undefined;

/** Ends every process in the namespace with these folders, those that left the process group too. */
export function endNamespace(folders: ContainerFolders): void {
  if (process.platform !== 'linux') return;
  // The end of its path is enough to tell it from every other twin's on this machine.
  const path = folders.dataOut.split(sep).slice(-4).join('/');
  const mark = `/${path} /data_out `;
  const own = readlinkSync('/proc/self/ns/mnt');
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (readlinkSync(`/proc/${name}/ns/mnt`) === own) continue;
      if (readFileSync(`/proc/${name}/mountinfo`, 'utf8').includes(mark))
        process.kill(Number(name), 'SIGKILL');
    } catch {
      // It has ended, or is another user's.
    }
  }
}

const isHidden = (path: string): boolean =>
  [scratchPath, '/data_in', '/data_out'].some(top => `${resolve(path)}${sep}`.startsWith(`${top}/`));

const enter = `
set -e
new=$1
here=$PWD
mount -t tmpfs -o mode=755 tmpfs "$new"
for top in /*; do
  case "$top" in /scratch|/data_in|/data_out|/proc) continue ;; esac
  if [ -L "$top" ]; then cp -P "$top" "$new$top"
  elif [ -d "$top" ]; then mkdir "$new$top" && mount --rbind "$top" "$new$top"
  elif [ -f "$top" ]; then touch "$new$top" && mount --bind "$top" "$new$top"; fi
done
mkdir "$new/proc" "$new/scratch" "$new/data_in" "$new/data_out"
mount --rbind /proc "$new/proc"
if [ -n "$5" ]; then
  mount -t tmpfs -o "size=$5" tmpfs "$new/scratch"; cp -p "$2"/.[!.]* "$new/scratch"
else mount --bind "$2" "$new/scratch"; fi
mount --bind "$3" "$new/data_in"; mount --bind "$4" "$new/data_out"
shift 5
exec chroot "$new" sh -c 'cd "$1"; shift; exec "$@"' sh "$here" "$@"
`;
