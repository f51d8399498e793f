import { spawnSync } from 'node:child_process';

/** Folders of the host that stand at a container's fixed paths. */
export interface ContainerFolders {
  readonly scratch: string;
  readonly dataIn: string;
  readonly dataOut: string;
}

/**
 * The command that runs another in a mount namespace of its own, with the folders at /scratch, /data_in and /data_out:
 * a root of tmpfs that binds the host's top-level folders, so nothing on the host changes.
 */
export function inNamespace(folders: ContainerFolders, command: readonly string[]): readonly string[] {
  return [
    'unshare',
    ...flags(),
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-c',
    enter,
    'sh',
    folders.scratch,
    folders.dataIn,
    folders.dataOut,
    ...command,
  ];
}

/** Whether this host can; asked once. */
export function hasNamespaces(): boolean {
  if (process.platform !== 'linux' || process.env.LAB_NO_NAMESPACE) return false;
  known ??=
    spawnSync(
      inNamespace({ scratch: '/tmp', dataIn: '/tmp', dataOut: '/tmp' }, [
        '/bin/sh',
        '-c',
        'test -d /data_in',
      ])[0]!,
      inNamespace({ scratch: '/tmp', dataIn: '/tmp', dataOut: '/tmp' }, [
        '/bin/sh',
        '-c',
        'test -d /data_in',
      ]).slice(1),
      { stdio: 'ignore', timeout: 10_000 },
    ).status === 0;
  return known;
}

let known: boolean | undefined;

/** Root needs no user namespace; anyone else gets one in which they are root. */
const flags = (): readonly string[] => (process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']);

const enter = `
set -e
new=$(mktemp -d)
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
mount --bind "$1" "$new/scratch"; mount --bind "$2" "$new/data_in"; mount --bind "$3" "$new/data_out"
shift 3
exec chroot "$new" sh -c 'cd "$1"; shift; exec "$@"' sh "$here" "$@"
`;
