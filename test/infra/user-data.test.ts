import fc from 'fast-check';
import { readConsole } from '../../lib/doctor/console.ts';
import { runs } from '../helpers/runs.ts';
import { type Boot, type Disk, FakeHost, type Host } from './user-data/fake-host.ts';
import { type Kind, scriptText, userDataText } from './user-data/text.ts';

const ebs = 'Amazon Elastic Block Store';
const store = 'Amazon EC2 NVMe Instance Storage';
const root: Disk = { name: 'nvme0n1', model: ebs, holds: 'partitions', link: '/dev/xvda', mountedAt: '/' };
const volume: Disk = { name: 'nvme1n1', model: ebs, link: '/dev/xvdb' };
const own = (n: number): Disk => ({ name: `nvme${n}n1`, model: store });

const hosts: FakeHost[] = [];
const newHost = (host: Host): FakeHost => {
  const made = new FakeHost(host);
  hosts.push(made);
  return made;
};
const boot = (kind: Kind, disks: readonly Disk[], more: Partial<Host> = {}): Boot =>
  newHost({ kind, disks, ...more }).boot();
afterEach(() => {
  for (const host of hosts.splice(0)) host.close();
});

/** The agent starts, and jobs find scratch. */
function expectWell(found: Boot, device: string): void {
  expect(found).toMatchObject({
    agentStarts: true,
    isShutDown: false,
    console: '',
    scratch: { device, hasSentinel: true },
  });
}

/** No agent, the host goes, and the console says why. */
function expectStopped(found: Boot, why: string): void {
  expect(found).toMatchObject({ agentStarts: false, isShutDown: true });
  const line = `arraylab: this host has no scratch and takes no jobs: ${why}`;
  expect(found.console).toContain(line);
  // And lab doctor tells it from a console with all else that is on one.
  const noise = '[   12.3] cloud-init[99]: Failed to run module scripts-user\n';
  expect(readConsole(`${noise}${found.console}${noise}`)?.line).toContain(line.slice(0, 200));
}

describe('a volume', () => {
  it('is formatted, mounted and marked, and the agent keeps what Batch told it', () => {
    const found = boot('volume', [root, volume]);
    expectWell(found, '/dev/nvme1n1');
    expect(found.calls).toContain('mkfs.xfs -q -K -L scratch /dev/nvme1n1');
    expect(found.holds).toEqual({ nvme0n1: 'partitions', nvme1n1: 'xfs' });
    expect(found.ecsConfig).toBe(
      'ECS_CLUSTER=batch\nECS_CONTAINER_STOP_TIMEOUT=110s\nECS_ENABLE_SPOT_INSTANCE_DRAINING=true\n',
    );
  });

  it('that comes 40 seconds late is waited for', () =>
    expectWell(boot('volume', [root, { ...volume, after: 40 }]), '/dev/nvme1n1'));

  it('that never comes stops the host', () =>
    expectStopped(boot('volume', [root]), 'no volume /dev/xvdb after 60 s'));

  it('without its link is found where it is the only one that nothing uses', () => {
    const { link, ...bare } = volume;
    expectWell(boot('volume', [root, own(2), { ...bare, name: 'nvme3n1' }]), '/dev/nvme3n1');
  });

  it('without its link beside another one stops the host: neither is touched', () => {
    const { link, ...bare } = volume;
    const found = boot('volume', [root, bare, { ...bare, name: 'nvme2n1' }]);
    expectStopped(found, 'no volume /dev/xvdb after 60 s, and /dev/nvme1n1 /dev/nvme2n1 could each be it');
    expect(found.holds).toMatchObject({ nvme1n1: '', nvme2n1: '' });
  });

  it('is the one that the launch template names, on a type with disks of its own before it', () => {
    const found = boot('volume', [root, own(1), own(2), { ...volume, name: 'nvme3n1' }]);
    expectWell(found, '/dev/nvme3n1');
    expect(found.holds).toMatchObject({ nvme1n1: '', nvme2n1: '' });
  });

  it.each([
    ['xfs', 'xfs_growfs /scratch'],
    ['ext4', 'resize2fs /dev/nvme1n1'],
  ] as const)('with an %s of the image’s own is kept, and grows with the volume', (holds, grow) => {
    const found = boot('volume', [root, { ...volume, holds }]);
    expectWell(found, '/dev/nvme1n1');
    expect(found.calls.filter(each => each.startsWith('mkfs'))).toEqual([]);
    expect(found.calls).toContain(grow);
  });

  it('whose file system cannot grow is used as it is, and the console says so', () => {
    const found = boot('volume', [root, { ...volume, holds: 'xfs' }], { broken: ['xfs_growfs'] });
    expect(found).toMatchObject({ agentStarts: true, scratch: { hasSentinel: true } });
    expect(found.console).toBe('arraylab: the file system on /dev/nvme1n1 cannot grow\n');
  });

  it.each([
    ['partitions', '/dev/nvme1n1 has partitions'],
    ['swap', '/dev/nvme1n1 cannot be mounted (swap)'],
    ['unclear', 'what is on /dev/nvme1n1 cannot be told (blkid: 8)'],
  ] as const)('with %s on it stops the host, and keeps what it holds', (holds, why) => {
    const found = boot('volume', [root, { ...volume, holds }]);
    expectStopped(found, why);
    expect(found.holds.nvme1n1).toBe(holds);
  });
});

describe('instance store', () => {
  it('of one disk is that disk, with no mdadm', () => {
    const found = boot('instance-store', [root, own(1)], { mdadm: 'no' });
    expectWell(found, '/dev/nvme1n1');
    expect(found.calls.filter(each => /mdadm|dnf/.test(each))).toEqual([]);
  });

  it('of several disks is one RAID 0 of them all, and volumes are left alone', () => {
    const found = boot('instance-store', [root, own(1), { ...volume, name: 'nvme2n1' }, own(3), own(4)]);
    expectWell(found, '/dev/md127');
    expect(found.calls).toContain(
      'mdadm --create /dev/md/arraylab --run --level=0 --raid-devices=3 /dev/nvme1n1 /dev/nvme3n1 /dev/nvme4n1',
    );
    expect(found.holds.nvme2n1).toBe('');
  });

  it('of several disks gets mdadm where the image has none', () => {
    const found = boot('instance-store', [root, own(1), own(2)], { mdadm: 'installable' });
    expectWell(found, '/dev/md127');
    expect(found.calls).toContain('dnf install -y -q mdadm');
  });

  it('of several disks stops the host where mdadm cannot be had', () => {
    const found = boot('instance-store', [root, own(1), own(2)], { mdadm: 'no' });
    expectStopped(found, 'mdadm is not installed, and cannot be');
    expect(found.calls.filter(each => each.startsWith('dnf'))).toHaveLength(3);
  });

  it('of several disks, one of which holds something, stops the host', () => {
    const found = boot('instance-store', [root, own(1), { ...own(2), holds: 'ext4' }]);
    expectStopped(found, '/dev/nvme2n1 is not empty');
    expect(found.holds).toMatchObject({ nvme1n1: '', nvme2n1: 'ext4' });
  });

  it('that the instance type does not have stops the host: a volume is not taken for it', () => {
    const found = boot('instance-store', [root, volume]);
    expectStopped(found, 'this instance type has no instance store');
    expect(found.holds.nvme1n1).toBe('');
  });
});

it.each([
  ['mkfs.xfs', 'volume', '/dev/nvme1n1 cannot be formatted'],
  ['mount', 'volume', '/dev/nvme1n1 cannot be mounted'],
  ['mountpoint', 'volume', '/scratch is not mounted'],
  ['blkid', 'volume', 'what is on /dev/nvme1n1 cannot be told (blkid: 1)'],
  ['lsblk', 'volume', '/dev/nvme1n1 is no disk'],
  ['chmod', 'volume', 'line'],
  ['mdadm', 'instance-store', '/dev/nvme1n1 /dev/nvme2n1 cannot be joined'],
] as const)('a %s that fails stops the host', (command, kind, why) => {
  const disks = kind === 'volume' ? [root, volume] : [root, own(1), own(2)];
  expectStopped(boot(kind, disks, { broken: [command] }), why);
});

it('a host that cannot even be shut down has no agent', () => {
  const found = boot('volume', [root], { broken: ['shutdown'] });
  expect(found.agentStarts).toBe(false);
});

it('a udev that does not answer costs nothing where the disk is there', () =>
  expectWell(boot('volume', [root, volume], { broken: ['udevadm'] }), '/dev/nvme1n1'));

describe('Docker’s storage', () => {
  const binds = (found: Boot): readonly string[] => found.calls.filter(each => /--bind|tmpfs/.test(each));

  it('is on the disk of scratch, where no job sees it', () => {
    const found = boot('docker-on-store', [root, own(1)]);
    expectWell(found, '/dev/nvme1n1');
    expect(binds(found)).toEqual([
      'mount --bind /scratch/.docker /var/lib/docker',
      'mount -t tmpfs -o ro,size=4k,mode=000 none /scratch/.docker',
    ]);
  });

  it('is there again after another boot', () => {
    const host = newHost({ kind: 'docker-on-store', disks: [root, own(1)] });
    host.boot();
    expect(binds(host.boot())).toHaveLength(2);
  });

  it('stays on the root disk where images were baked into it', () => {
    const found = boot('docker-on-store', [root, own(1)], { hasBakedImages: true });
    expectWell(found, '/dev/nvme1n1');
    expect(binds(found)).toEqual([]);
  });
});

describe('a second boot', () => {
  it.each([
    ['a volume', 'volume', [root, volume], '/dev/nvme1n1'],
    ['one disk of the type’s own', 'instance-store', [root, own(1)], '/dev/nvme1n1'],
    ['a RAID', 'instance-store', [root, own(1), own(2)], '/dev/md127'],
  ] as const)('mounts %s again, formats nothing and says no setting twice', (_, kind, disks, device) => {
    const host = newHost({ kind, disks });
    host.boot();
    const found = host.boot();
    expectWell(found, device);
    expect(found.calls.filter(each => /^mkfs|--create/.test(each))).toEqual([]);
    expect(found.ecsConfig.match(/STOP_TIMEOUT/g)).toHaveLength(1);
  });

  it('joins a RAID that the kernel did not', () => {
    const host = newHost({ kind: 'instance-store', disks: [root, own(1), own(2)] });
    host.boot();
    const found = host.boot({ isRaidBack: false });
    expectWell(found, '/dev/md127');
    expect(found.calls).toContain('mdadm --assemble /dev/md/arraylab /dev/nvme1n1 /dev/nvme2n1');
  });
});

it('whatever the disks are and whatever fails: an agent that starts has its scratch, and no data is lost', () => {
  const disk = fc.record({
    model: fc.constantFrom(ebs, store),
    holds: fc.constantFrom('blank', 'blank', 'xfs', 'ext4', 'swap', 'partitions', 'unclear'),
    isLinked: fc.boolean(),
    after: fc.constantFrom(0, 0, 30, 70),
    mountedAt: fc.option(fc.constant('/data'), { nil: undefined }),
  });
  const broken = fc.subarray(
    ['mkfs.xfs', 'mount', 'mountpoint', 'blkid', 'lsblk', 'udevadm', 'mdadm', 'chmod'],
    {
      maxLength: 2,
    },
  );
  fc.assert(
    fc.property(
      fc.constantFrom<Kind>('volume', 'instance-store'),
      fc.array(disk, { maxLength: 4 }),
      broken,
      fc.constantFrom('yes' as const, 'installable' as const, 'no' as const),
      (kind, wild, broken, mdadm) => {
        const linked = wild.findIndex(each => each.isLinked && each.model === ebs);
        const disks = wild.map(
          ({ isLinked, after, ...each }, at): Disk => ({
            ...each,
            name: `nvme${at + 1}n1`,
            ...(at === linked ? { link: '/dev/xvdb', after } : {}),
          }),
        );
        const found = boot(kind, [root, ...disks], { broken, mdadm });
        expect(found.agentStarts).toBe(!found.isShutDown);
        if (found.agentStarts) expect(found.scratch?.hasSentinel).toBe(true);
        else expect(found.console).toMatch(/^arraylab: this host has no scratch and takes no jobs: \S/m);
        for (const { name, holds = 'blank' } of [root, ...disks])
          if (holds !== 'blank') expect(found.holds[name]).toBe(holds);
        for (const host of hosts.splice(0)) host.close();
      },
    ),
    { numRuns: runs(30) },
  );
});

it.each(['volume', 'instance-store'] as const)(
  'user data for %s is ASCII, and a quarter of EC2’s 16 KiB',
  kind => {
    const text = userDataText(kind);
    expect(text).toMatch(/^[\n\x20-\x7e]+$/);
    expect(text.length).toBeLessThan(4096);
    expect(scriptText(kind)).toMatch(/^#!\/bin\/bash\n/);
  },
);
