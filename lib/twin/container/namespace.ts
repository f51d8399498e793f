import { spawnSync } from 'node:child_process';
import { type Dirent, readdirSync, readFileSync, readlinkSync } from 'node:fs';
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
 * a root of tmpfs that binds the host's top-level folders, so nothing on the host changes. It begins in /. All of it is one
 * process that replaces itself, so that signals reach the command.
 */
export function inNamespace(
  folders: ContainerFolders,
  command: readonly string[],
  scratchMiB?: number,
): readonly string[] {
  // Root needs no user namespace; anyone else gets one in which they are root.
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const script = enter(folders, scratchMiB);
  return ['unshare', ...user, '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...command];
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

/** What a container has of its own, or of the kernel, at the top. */
const ownTops = ['proc', 'scratch', 'data_in', 'data_out'];

/**
 * One program makes all folders, one all links, and one mounts everything, by a table of its own: a program for each would take
 * as long as a small job.
 */
function enter({ base, scratch, dataIn, dataOut }: ContainerFolders, scratchMiB: number | undefined): string {
  const root = join(base, 'root');
  const at = (name: string): string => join(root, name);
  const tops = readdirSync('/', { withFileTypes: true }).filter(
    ({ name }) => !name.startsWith('.') && !ownTops.includes(name),
  );
  const named = (is: (top: Dirent) => boolean): readonly string[] => tops.filter(is).map(({ name }) => name);
  const host = named(top => top.isDirectory());
  const links = named(top => top.isSymbolicLink());
  const files = named(top => top.isFile());
  const mounts = [
    ...[...host, 'proc', ...files].map(name => [`/${name}`, at(name), 'rbind']),
    ...(scratchMiB === undefined
      ? [[scratch, at('scratch'), 'bind']]
      : [['tmpfs', at('scratch'), `size=${scratchMiB}m`, 'tmpfs']]),
    [dataIn, at('data_in'), 'bind'],
    [dataOut, at('data_out'), 'bind'],
  ];
  const table = mounts
    .map(
      ([from = '', to = '', options, type = 'none']) =>
        `${inTable(from)} ${inTable(to)} ${type} ${options} 0 0`,
    )
    .join('\n');
  return `set -e
mount -t tmpfs -o mode=755 tmpfs ${quoted(root)}
mkdir ${[...host, ...ownTops].map(name => quoted(at(name))).join(' ')}
${links.length > 0 ? `cp -P ${links.map(name => quoted(`/${name}`)).join(' ')} ${quoted(root)}` : ''}
${files.length > 0 ? `touch ${files.map(name => quoted(at(name))).join(' ')}` : ''}
printf '%s\\n' ${quoted(table)} > ${quoted(join(base, 'mounts'))}
mount -a -T ${quoted(join(base, 'mounts'))}
${scratchMiB === undefined ? '' : `cp -p ${quoted(scratch)}/.[!.]* ${quoted(at('scratch'))}`}
exec chroot ${quoted(root)} "$@"
`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A path in a table of mounts, as fstab(5) has it. */
const inTable = (path: string): string =>
  path.replace(/[\s\\]/g, c => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
