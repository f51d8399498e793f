import fc from 'fast-check';
import type { Account } from '../../lib/contract/ports/account.ts';
import { readConsole } from '../../lib/doctor/console.ts';
import { explainHosts, gatherHosts } from '../../lib/doctor/hosts.ts';
import { scratchUserData } from '../../lib/infra/pools/user-data.ts';
import { denied, environment, fakeAccount, instance, joinedHost, minutesAgo, now } from './fake-account.ts';

const asked = { ...environment, desiredvCpus: 16 };
const explain = async (account: Partial<Account>, at = asked) =>
  explainHosts(await gatherHosts(fakeAccount(account), 'lab', at), minutesAgo(30), now);

const cloudInit = `[    0.000000] Linux version 6.1.150
[   14.220112] cloud-init[1873]: Cloud-init v. 22.2.2 running 'modules:final' at Sat, 21 Nov 2026 11:42:00 +0000.
[   15.100000] cloud-init[1873]: mkfs.xfs: cannot open /dev/xvdb: No such file or directory
[   15.200000] cloud-init[1873]: Created symlink /etc/systemd/system/ecs.service → /dev/null.
[   15.300000] cloud-init[1873]: Nov 21 11:42:15 cloud-init[1873]: util.py[WARNING]: Failed running /var/lib/cloud/instance/scripts/part-001 [1]
[   15.400000] cloud-init[1873]: Nov 21 11:42:15 cloud-init[1873]: cc_scripts_user.py[WARNING]: Failed to run module scripts-user
`;

describe('the hosts of an environment whose jobs wait', () => {
  it('are no cause once one of them has joined', async () => {
    expect(
      await explain({ instances: async () => [instance], joined: async () => [joinedHost] }),
    ).toBeUndefined();
  });

  it('that run for twenty minutes and never joined are told with their console’s own words', async () => {
    const text = await explain({ instances: async () => [instance], console: async () => cloudInit });
    expect(text).toEqual({
      text: '1 host of env-1 ran for 20 min and never joined; i-0abc says: mkfs.xfs: cannot open /dev/xvdb: No such file or directory',
      fix: expect.stringContaining('scratch'),
    });
  });

  it('that stopped by themselves are told so: our user data fails closed', async () => {
    const gone = { ...instance, state: 'terminated', stateReason: 'Client.InstanceInitiatedShutdown' };
    const failed = await explain({ instances: async () => [gone], console: async () => cloudInit });
    expect(failed!.text).toBe(
      '1 host of env-1 started, never joined and stopped; i-0abc says: mkfs.xfs: cannot open /dev/xvdb: No such file or directory',
    );
    expect((await explain({ instances: async () => [gone] }))!.text).toContain(
      'Client.InstanceInitiatedShutdown',
    );
    // Another has just been started in its place.
    const next = { ...instance, id: 'i-next', launchedAt: minutesAgo(1) };
    const again = await explain({
      instances: async () => [next, gone],
      console: async id => (id === 'i-next' ? '' : cloudInit),
    });
    expect(again).toEqual(failed);
  });

  it('that were taken back are told with EC2’s reason, those of earlier jobs not at all', async () => {
    const taken = { ...instance, state: 'terminated', stateReason: 'Server.SpotInstanceTermination' };
    expect((await explain({ instances: async () => [taken] }))!.text).toBe(
      '1 host of env-1 started and stopped: Server.SpotInstanceTermination',
    );
    const earlier = { ...taken, launchedAt: minutesAgo(50), stateReason: 'Client.InstanceInitiatedShutdown' };
    expect((await explain({ instances: async () => [earlier] }))!.text).toContain('EC2 gave no host');
  });

  it('that end by themselves at a scale-in are no fault', async () => {
    expect(await explain({ joined: async () => [{ ...joinedHost, status: 'DRAINING' }] })).toBeUndefined();
  });

  it('with a console that says nothing have no way to ECS, or no agent', async () => {
    const told = await explain({ instances: async () => [instance], console: async () => '' });
    expect(told).toEqual({
      text: '1 host of env-1 ran for 20 min and never joined: no way to ECS’s endpoint, or the image has no ECS agent',
      fix: 'aws ec2 get-console-output --latest --output text --instance-id i-0abc',
    });
  });

  it('have their time to join', async () => {
    expect(
      await explain({ instances: async () => [{ ...instance, launchedAt: minutesAgo(4) }] }),
    ).toBeUndefined();
  });

  it('that EC2 never gave point at quotas and capacity; not asked for, at Batch', async () => {
    expect((await explain({}))!.text).toContain('EC2 gave no host');
    expect((await explain({}, environment))!.text).toBe('Batch has not asked EC2 for a host');
  });

  it('that EC2 cannot give for want of a service-linked role are told with it', async () => {
    const hasRole = async (name: string) => name !== 'AWSServiceRoleForEC2Spot';
    expect((await explain({ hasRole }, { ...asked, spot: true }))!.text).toBe(
      'EC2 gave no host: there is no AWSServiceRoleForEC2Spot',
    );
    expect((await explain({ hasRole: denied }))!.text).toContain('EC2 gave no host: a quota');
  });

  it('that joined and do not answer any more are told with their agent', async () => {
    const lost = { ...joinedHost, connected: false };
    expect((await explain({ joined: async () => [lost] }))!.fix).toContain(
      'terminate-instances --instance-ids i-0abc',
    );
  });

  it('of other environments are not theirs, and a console that may not be read is told so', async () => {
    const other = { ...instance, id: 'i-other', group: 'env-2-asg-1' };
    expect((await explain({ instances: async () => [other] }))!.text).toContain('EC2 gave no host');
    expect((await explain({ instances: async () => [instance], console: denied }))!.text).toContain(
      'needs ec2:GetConsoleOutput',
    );
  });

  it('are looked at by the newest that did not join first', async () => {
    const read: string[] = [];
    await explain({
      instances: async () => [
        { ...instance, id: 'i-old', launchedAt: minutesAgo(50) },
        { ...instance, id: 'i-new', launchedAt: minutesAgo(15) },
      ],
      console: async id => {
        read.push(id);
        return '';
      },
    });
    expect(read).toEqual(['i-new', 'i-old']);
  });
});

describe('a console', () => {
  const line = (text: string) => readConsole(text)?.line;

  it('is read for the cause and not for what follows from it', () => {
    expect(line(cloudInit)).toBe('mkfs.xfs: cannot open /dev/xvdb: No such file or directory');
    const silent = cloudInit.replace(/.*mkfs.*\n/, '');
    expect(line(silent)).toContain('/etc/systemd/system/ecs.service');
    expect(line(silent.replace(/.*symlink.*\n/, ''))).toContain('Failed running');
  });

  it('shows what our own user data says first of all', () => {
    const words = 'this host has no scratch and takes no jobs: ';
    expect(scratchUserData('volume').render()).toContain(words);
    const said = `[ 9.1] cloud-init[12]: arraylab: ${words}/dev/xvdb cannot be formatted`;
    expect(line(`${cloudInit}${said}`)).toBe(`arraylab: ${words}/dev/xvdb cannot be formatted`);
    expect(readConsole('arraylab: the file system on /dev/xvdb cannot grow')).toBeUndefined();
  });

  it.each([
    ['[ 20.0] cloud-init[9]: curl: (6) Could not resolve host: ecs.us-east-1.amazonaws.com', 'network'],
    ['Nov 21 12:00:00 ip-10-0-0-1 systemd[1]: ecs.service: Failed with result exit-code', 'network'],
    ['[ 1.0] Kernel panic - not syncing: VFS: Unable to mount root fs', 'image'],
    [
      'level=error msg="Unable to register: AccessDeniedException: User is not authorized to perform: ecs:RegisterContainerInstance"',
      'role',
    ],
    ['cp: error writing /x: No space left on device', 'root volume'],
  ])('%s', (text, word) => {
    expect(readConsole(text)?.fix).toContain(word);
  });

  it('of a host that came up says nothing', () => {
    expect(
      readConsole('[  OK  ] Started ecs.service\nip-10-0-0-1 login: \nCloud-init v. 22.2.2 finished at now'),
    ).toBeUndefined();
  });

  it('of any bytes gives a short, printable line', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes).toString('utf8')),
        noise => {
          const told = readConsole(`${noise}\nmount: /scratch: wrong fs type ${noise}`);
          if (told) expect(told.line).toMatch(/^[\x20-\x7e]{1,200}$/);
        },
      ),
    );
  });
});
