import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { receivedIn } from '../../../containers/runtime/bytes-in.ts';
import { downloadPrefix } from '../../../containers/runtime/mounts/download-prefix.ts';
import { hasMount } from '../../../containers/runtime/mounts/fuse.ts';
import { linkTo } from '../../../containers/runtime/mounts/link.ts';
import type { ToMount } from '../../../containers/runtime/mounts/mount.ts';
import { mountpointCommand } from '../../../containers/runtime/mounts/mountpoint.ts';
import { openMounts } from '../../../containers/runtime/mounts/open-mounts.ts';
import { s3fsCommand } from '../../../containers/runtime/mounts/s3fs.ts';
import { containerWorld } from '../../../containers/runtime/world.ts';
import { type MountSource, secretPlaceholder } from '../../../lib/contract/workload/mount.ts';
import type { MountSpec } from '../../../lib/contract/workload/workload.ts';
import { say, scriptedServer } from '../../aws/wire/scripted-server.ts';
import { labOfFile } from '../lab.ts';

const lab = labOfFile();
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const spec = (access: MountSpec['access'], readOnly = true): MountSpec => ({
  path: '/data_in',
  bucketEnv: 'INPUT_BUCKET',
  access,
  readOnly,
});
const source = (more: Partial<MountSource> = {}): MountSource => ({
  bucket: 'input',
  region: 'eu-west-1',
  prefix: '',
  access: 'role',
  ...more,
});
const folder = (name: string): string => {
  const path = join(lab.folders.dataOut, name);
  mkdirSync(path, { recursive: true });
  return path;
};
const keysText = '{"accessKeyId":"THEIRS","secretAccessKey":"of-theirs"}';

/** A mount on AWS itself, but for the secret, which a server of ours holds. */
async function onAws(
  more: Partial<MountSource>,
  environment: Record<string, string> = {},
  { secret = keysText, readOnly = true } = {},
) {
  const server = await scriptedServer(say(200, JSON.stringify({ SecretString: secret })));
  const given = {
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url,
    AWS_ACCESS_KEY_ID: 'JOB',
    AWS_SECRET_ACCESS_KEY: 'of-the-job',
  };
  stops.push(server.stop);
  const input: ToMount = {
    spec: spec('mount-s3', readOnly),
    source: source(more),
    target: '/data_in',
    secretsFolder: () => folder('secrets'),
    place: {},
    // Secrets are asked for with keys at hand: ECS's address is not on this machine.
    world: {
      ...containerWorld({ ...given, ...keysOf(environment) }, () => {}),
      environment: { ...given, ...environment },
    },
  };
  return input;
}
const keysOf = ({ AWS_SESSION_TOKEN }: Record<string, string>) =>
  AWS_SESSION_TOKEN ? { AWS_SESSION_TOKEN } : {};
const ecs = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/x' };

describe('Mountpoint for S3 is called', () => {
  it('read-only, in the region of the bucket, as the job’s role', async () => {
    const input = await onAws({ prefix: 'HCP_1200/' }, ecs);
    expect(await mountpointCommand(input)).toEqual({
      program: 'mount-s3',
      args: [
        'input',
        '/data_in',
        '--read-only',
        '--allow-other',
        '--region',
        'eu-west-1',
        '--prefix',
        'HCP_1200/',
      ],
      environment: { AWS_EC2_METADATA_DISABLED: 'true', HOME: '/tmp', ...ecs },
    });
  });

  it('with the keys of a dataset in a file that only we can read, and without the job’s role', async () => {
    const input = await onAws({ access: 'keys', secretId: 'hcp' }, ecs);
    const { args, environment } = await mountpointCommand(input);
    const file = environment.AWS_SHARED_CREDENTIALS_FILE!;
    expect(args.slice(-2)).toEqual(['--profile', 'dataset']);
    expect(Object.keys(environment).sort()).toEqual([
      'AWS_EC2_METADATA_DISABLED',
      'AWS_SHARED_CREDENTIALS_FILE',
      'HOME',
    ]);
    expect([...args, ...Object.values(environment)].join(' ')).not.toContain('of-theirs');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toBe(
      '[dataset]\naws_access_key_id=THEIRS\naws_secret_access_key=of-theirs\n',
    );
  });

  it('without a signature for a public bucket, and with the payer’s word for another', async () => {
    const open = await onAws({ access: 'public' });
    expect((await mountpointCommand(open)).args).toContain('--no-sign-request');
    const paid = await onAws({ access: 'requester-pays' });
    expect((await mountpointCommand(paid)).args).toContain('--requester-pays');
  });
});

describe('s3fs is called', () => {
  it('with ECS’s own credentials for the job’s role', async () => {
    const input = await onAws({ prefix: 'below/' }, ecs, { readOnly: false });
    expect(await s3fsCommand(input)).toEqual({
      program: 's3fs',
      args: [
        ...['input:/below', '/data_in', '-o', 'allow_other', '-o', 'url=https://s3.eu-west-1.amazonaws.com'],
        ...['-o', 'endpoint=eu-west-1', '-o', 'ecs'],
      ],
      environment: { HOME: '/tmp', ...ecs },
    });
  });

  it('by the path of a bucket whose name has dots: TLS’s wildcard holds one word', async () => {
    const { args } = await s3fsCommand(await onAws({ bucket: 'openneuro.org' }, ecs));
    expect(args).toContain('use_path_request_style');
  });

  it('with a password file for the keys of a dataset, read-only', async () => {
    const input = await onAws({ access: 'keys', secretId: 'hcp' });
    const { args, environment } = await s3fsCommand(input);
    const file = args.find(each => each.startsWith('passwd_file='))!.slice('passwd_file='.length);
    expect(args).toContain('ro');
    expect(environment).toEqual({ HOME: '/tmp' });
    expect([statSync(file).mode & 0o777, readFileSync(file, 'utf8')]).toEqual([0o600, 'THEIRS:of-theirs\n']);
  });

  it('with a credentials file where the keys have a session token', async () => {
    const input = await onAws({}, { AWS_SESSION_TOKEN: 'token' });
    const { args, environment } = await s3fsCommand(input);
    expect(args).toContain('profile=dataset');
    expect(readFileSync(join(environment.HOME!, '.aws/credentials'), 'utf8')).toContain(
      'aws_session_token=token',
    );
  });
});

describe('a secret', () => {
  it.each([
    [`"${secretPlaceholder}"`, 69],
    ['no keys', 67],
  ])('of %s ends the mount with %i', async (secret, exitCode) => {
    const input = await onAws({ access: 'keys', secretId: 'hcp' }, {}, { secret });
    await expect(mountpointCommand(input)).rejects.toMatchObject({ exitCode });
  });
});

describe('inputs', () => {
  const world = (sources: Record<string, MountSource>, more: Record<string, string | undefined> = {}) =>
    lab.world({ LAB_MOUNTS: JSON.stringify(sources), ...more });

  it('are downloaded below their prefix, and leave no place for secrets', async () => {
    await lab.input.put('HCP/1/scan', 'one');
    await lab.input.put('HCP/', '');
    await lab.input.put('other', 'not ours');
    const mounts = await openMounts(world({ '/data_in': source({ prefix: 'HCP/' }) }), [spec('download')]);
    expect(mounts.folders).toEqual({ '/data_in': lab.folders.dataIn });
    expect(readFileSync(join(lab.folders.dataIn, '1/scan'), 'utf8')).toBe('one');
    expect(existsSync(join(lab.folders.dataIn, 'other'))).toBe(false);
    expect([mounts.takeBytesIn(), mounts.takeBytesIn()]).toEqual([3, 0]);
    await mounts.close();
    const ours = (name: string): boolean => name.startsWith(`lab-${process.pid}-`);
    expect(readdirSync('/dev/shm').filter(ours)).toEqual([]);
  });

  it('need a source, and off the twin the tool that mounts them', async () => {
    await expect(openMounts(world({}), [spec('download')])).rejects.toMatchObject({ exitCode: 70 });
    const none = [{ ...spec('mount-s3'), access: 'no-such-tool' as 's3fs' }];
    const real = world({ '/data_in': source() }, { LAB_MOUNTS_BY: undefined });
    await expect(openMounts(real, none)).rejects.toMatchObject({ exitCode: 67 });
  });

  it('where nothing is are a failed mount, and keys that none could show are told', async () => {
    const empty = openMounts(world({ '/data_in': source({ prefix: 'nowhere/' }) }), [spec('download')]);
    await expect(empty).rejects.toMatchObject({
      exitCode: 67,
      message: expect.stringContaining('nothing is at s3://input/nowhere/, which /data_in is to show'),
    });
    await lab.input.put('odd/x//y', 'lost');
    await lab.input.put('odd/a', 'kept');
    const mounts = await openMounts(world({ '/data_in': source({ prefix: 'odd/' }) }), [spec('mount-s3')]);
    await mounts.close();
    expect(lab.log.join('\n')).toContain('/data_in: 1 key cannot be seen as files, such as "odd/x//y"');
  });

  it('that cannot be read are a failed mount', async () => {
    const mounting = openMounts(world({ '/data_in': source({ bucket: 'nowhere' }) }), [spec('download')]);
    await expect(mounting).rejects.toMatchObject({
      exitCode: 67,
      message: expect.stringContaining('NoSuchBucket'),
    });
  });

  it('stay inside their folder whatever their keys say', async () => {
    await lab.input.put('up/../../outside', 'x');
    const inside = folder('inside');
    await expect(downloadPrefix(lab.input, 'up/', inside)).rejects.toMatchObject({ exitCode: 67 });
    expect(existsSync(join(inside, '../../outside'))).toBe(false);
  });

  it('stop coming when the shard is interrupted', async () => {
    await lab.input.put('many/1', '1');
    const staging = downloadPrefix(lab.input, 'many/', folder('many'), AbortSignal.abort());
    await expect(staging).rejects.toMatchObject({ exitCode: 75 });
  });
});

describe('a fixed path', () => {
  it('becomes a link to scratch where it is missing or empty, and is taken away again', async () => {
    for (const path of [join(lab.folders.dataOut, 'fixed'), folder('empty')]) {
      const place = await linkTo(path, join(lab.folders.dataOut, 'scratch-of-it'));
      writeFileSync(join(place.folder, 'file'), 'x');
      expect(readFileSync(join(path, 'file'), 'utf8')).toBe('x');
      await place.remove();
      expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
    }
  });

  it('is used itself where something is in it', async () => {
    const path = folder('taken');
    writeFileSync(join(path, 'theirs'), '');
    expect((await linkTo(path, folder('unused'))).folder).toBe(path);
    expect(existsSync(join(path, 'theirs'))).toBe(true);
  });
});

it('a mount is what the kernel lists, with its blanks escaped', () => {
  const mountinfo = '36 35 98:0 /mnt1 /data\\040in rw,noatime master:1 - fuse.s3fs s3fs rw\n';
  expect([
    hasMount(mountinfo, '/data in'),
    hasMount(mountinfo, '/data'),
    hasMount(mountinfo, '/mnt1'),
  ]).toEqual([true, false, false]);
});

it('what came in by the network is the sum of the interfaces but loopback', () => {
  const dev = `Inter-|   Receive  |  Transmit
 face |bytes    packets|bytes
    lo: 999 1 0 0 0 0 0 0 999 1
  eth0:1000 2 0 0 0 0 0 0 55 1
 eth1: 234 2 0 0 0 0 0 0 55 1
`;
  expect(receivedIn(dev)).toBe(1234);
});
