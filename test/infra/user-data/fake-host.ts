import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { scratchSentinel } from '../../../lib/contract/workload/env.ts';
import { type Kind, scriptText } from './text.ts';

/** A disk of a fake host. */
export interface Disk {
  /** `nvme1n1`. */
  readonly name: string;
  readonly model: 'Amazon Elastic Block Store' | 'Amazon EC2 NVMe Instance Storage';
  /** What is on it: nothing, a file system, partitions, or what no blkid understands. @default 'blank' */
  readonly holds?: 'blank' | 'xfs' | 'ext4' | 'swap' | 'partitions' | 'unclear' | 'linux_raid_member';
  /** The link that udev makes. */
  readonly link?: string;
  /** Seconds until the link is there. @default 0 */
  readonly after?: number;
  /** Mounted there already: `/`. */
  readonly mountedAt?: string;
}

export interface Host {
  readonly kind: Kind;
  readonly disks: readonly Disk[];
  /** Commands that fail. */
  readonly broken?: readonly string[];
  /** Whether mdadm is in the image (`yes`), can be installed or cannot. @default 'yes' */
  readonly mdadm?: 'yes' | 'installable' | 'no';
  /** A fresh line of Batch's own part. @default 'ECS_CLUSTER=batch' */
  readonly ecsConfig?: string;
  /** The image was baked with images of containers. */
  readonly hasBakedImages?: boolean;
}

export interface Boot {
  /** The agent starts unless it was masked, whatever the script's exit code is: that is how systemd does. */
  readonly agentStarts: boolean;
  readonly isShutDown: boolean;
  /** Lines on the console. */
  readonly console: string;
  /** Commands with arguments, paths as on a host. */
  readonly calls: readonly string[];
  readonly ecsConfig: string;
  /** What is mounted at /scratch, and whether the sentinel is on it. */
  readonly scratch?: { readonly device: string; readonly hasSentinel: boolean };
  /** What is on each disk now. */
  readonly holds: Readonly<Record<string, string>>;
}

/** Commands that the script may use of the system; all others are stubs or not there. */
const system = [
  'bash',
  'cat',
  'chmod',
  'grep',
  'head',
  'install',
  'ln',
  'mkdir',
  'readlink',
  'sed',
  'seq',
  'touch',
  'tr',
  'wc',
];

/** A host that can be booted again; `close` removes it. */
export class FakeHost {
  private readonly root = mkdtempSync(join(tmpdir(), 'lab-host-'));
  private readonly host: Host;
  private boots = 0;

  constructor(host: Host) {
    this.host = host;
    for (const folder of ['bin', 'dev', 'etc/ecs', 'var/lib/cloud/scripts/per-boot', 'state', 'sys/block'])
      mkdirSync(join(this.root, folder), { recursive: true });
    writeFileSync(join(this.root, 'etc/ecs/ecs.config'), `${host.ecsConfig ?? 'ECS_CLUSTER=batch'}\n`);
    writeFileSync(join(this.root, 'dev/null'), '');
    if (host.hasBakedImages) this.write('opt/arraylab/images-on-root', '');
    this.write('functions', functions(this.root, host.broken?.includes('udevadm') ?? false));
    for (const disk of host.disks) this.attach(disk);
    const broken = host.broken ?? [];
    for (const name of system.filter(each => !broken.includes(each)))
      symlinkSync(find(name), join(this.root, 'bin', name));
    for (const name of system.filter(each => broken.includes(each))) this.stub(name, '');
    for (const [name, body] of Object.entries(stubs)) {
      if (name === 'mdadm' && host.mdadm !== undefined && host.mdadm !== 'yes') continue;
      this.stub(name, body);
    }
    if (host.mdadm === 'installable')
      this.write('state/mdadm', stub(this.root, 'mdadm', stubs.mdadm!, false));
    if (host.mdadm === 'installable')
      this.stub(
        'dnf',
        'cp() { cat "$1" > "$2"; }; cp "$R/state/mdadm" "$R/bin/mdadm"; chmod 755 "$R/bin/mdadm"',
      );
    else if (host.mdadm === 'no') this.stub('dnf', 'exit 1');
  }

  /**
   * The first boot runs the user data, a later one what it left for every boot. `isRaidBack`: whether the kernel put the RAID
   * together by itself.
   */
  boot({ isRaidBack = true }: { readonly isRaidBack?: boolean } = {}): Boot {
    const again = join(this.root, 'var/lib/cloud/scripts/per-boot/arraylab-scratch');
    const script = this.boots++ === 0 ? join(this.root, 'part-001') : again;
    if (this.boots === 1) this.write('part-001', here(this.root, scriptText(this.host.kind)));
    for (const name of ['calls', 'mounts']) this.write(`state/${name}`, '');
    this.write('state/slept', '0\n');
    if (!isRaidBack) rmSync(join(this.root, 'state/raid'), { force: true });
    this.write('dev/console', '');
    const { error } = spawnSync(join(this.root, 'bin/bash'), [script], {
      env: { PATH: join(this.root, 'bin'), BASH_ENV: join(this.root, 'functions') },
      encoding: 'utf8',
      timeout: 30_000,
    });
    if (error) throw error;
    return this.read();
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  private read(): Boot {
    const text = (path: string): string =>
      existsSync(join(this.root, path)) ? readFileSync(join(this.root, path), 'utf8') : '';
    const calls = text('state/calls').replaceAll(this.root, '').split('\n').filter(Boolean);
    const mounted = text('state/mounts')
      .replaceAll(this.root, '')
      .split('\n')
      .map(line => line.split(' '))
      .find(([, at]) => at === '/scratch');
    return {
      agentStarts: !calls.includes('systemctl mask --now --no-block ecs'),
      isShutDown: calls.includes('shutdown -h now'),
      console: text('dev/console').replaceAll(this.root, ''),
      calls,
      ecsConfig: text('etc/ecs/ecs.config'),
      ...(mounted
        ? {
            scratch: {
              device: mounted[0]!,
              hasSentinel: existsSync(join(this.root, 'scratch', scratchSentinel)),
            },
          }
        : {}),
      holds: Object.fromEntries(this.host.disks.map(({ name }) => [name, text(`dev/${name}`).trim()])),
    };
  }

  private attach({ name, model, holds, link, after, mountedAt }: Disk): void {
    this.write(`dev/${name}`, holds === 'blank' ? '' : (holds ?? ''));
    this.write(`sys/block/${name}/device/model`, `${model}              \n`);
    if (mountedAt) this.write(`state/mounted-${name}`, mountedAt);
    if (!link) return;
    if (after)
      this.write(`state/late-${after}`, `${join(this.root, link)} ${join(this.root, 'dev', name)}\n`);
    else symlinkSync(join(this.root, 'dev', name), join(this.root, link));
  }

  private stub(name: string, body: string): void {
    this.write(`bin/${name}`, stub(this.root, name, body, this.host.broken?.includes(name) ?? false));
    chmodSync(join(this.root, 'bin', name), 0o755);
  }

  private write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }
}

/** The same text with its absolute paths below a folder. */
const here = (root: string, script: string): string =>
  script.replace(/(?<![\w.*}$-])\/(dev|sys|etc|var|scratch|opt)\b/g, `${root}/$1`);

const stub = (root: string, name: string, body: string, isBroken: boolean): string =>
  `#!${root}/bin/bash\nR=${root}\necho "${name} $*" >> "$R/state/calls"\n${isBroken ? 'exit 1' : body}\n`;

function find(name: string): string {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  throw new Error(`no ${name} here`);
}

/** What is called sixty times is a function, which costs no process. Time goes by in calls of sleep. */
const functions = (root: string, isUdevBroken: boolean): string => `
sleep() {
  local slept link disk
  read -r slept < ${root}/state/slept
  echo $((slept + 1)) > ${root}/state/slept
  if [ -e "${root}/state/late-$((slept + 1))" ]; then
    read -r link disk < "${root}/state/late-$((slept + 1))"
    ln -s "$disk" "$link"
  fi
}
udevadm() { ${isUdevBroken ? 'return 1' : ':'}; }
`;

/** What the commands do to a fake host: a disk is a file whose text says what is on it. */
const stubs: Readonly<Record<string, string>> = {
  // Time goes by in calls of sleep.
  systemctl: '',
  shutdown: '',
  // Disks that are there: their names; what is on them comes from files.
  lsblk: `
for disk; do :; done
[ -e "$disk" ] || exit 32
name=\${disk##*/}
case " $* " in
  *MOUNTPOINT*) cat "$R/state/mounted-$name" 2> /dev/null; echo ;;
  *NAME,TYPE*) echo "$disk disk"; [ ! -e "$R/state/raid" ] || echo "$R/dev/md127 raid0" ;;
  *) echo "$name"; if [ "$(cat "$disk")" = partitions ] && [ "$1" != -ndo ]; then echo "\${name}p1"; fi ;;
esac`,
  blkid: `
for disk; do :; done
holds=$(cat "$disk")
case "$holds $3" in
  ' '*) exit 2 ;;
  unclear*) exit 8 ;;
  'partitions PTTYPE') echo gpt ;;
  partitions*) [ "$2" = -s ] || echo "PTTYPE=gpt" ;;
  *PTTYPE) ;;
  *) if [ "$2" = -s ]; then echo "$holds"; else echo "DEVNAME=$disk"; echo "TYPE=$holds"; fi ;;
esac`,
  'mkfs.xfs': 'for disk; do :; done; echo xfs > "$disk"',
  mount: `
for at; do :; done
case " $* " in *' --bind '* | *' tmpfs '*) echo "$1 $at" >> "$R/state/mounts"; exit ;; esac
while [ $# -gt 2 ]; do shift; done
case $(cat "$1") in xfs | ext4) ;; *) exit 32 ;; esac
echo "$1 $at" >> "$R/state/mounts"`,
  mountpoint: 'while read -r _ at; do [ "$at" != "$2" ] || exit 0; done < "$R/state/mounts"; exit 32',
  xfs_growfs: '',
  resize2fs: '',
  mdadm: `
echo > "$R/state/raid"
case $1 in
  --create) echo > "$R/dev/md127"; for disk; do case $disk in "$R"/dev/nvme*) echo linux_raid_member > "$disk" ;; esac; done ;;
esac`,
};
