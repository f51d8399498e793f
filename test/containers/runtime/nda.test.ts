import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openMounts } from '../../../containers/runtime/mounts/open-mounts.ts';
import { containerWorld } from '../../../containers/runtime/world.ts';
import { secretPlaceholder } from '../../../lib/contract/workload/mount.ts';
import { say, scriptedServer } from '../../aws/wire/scripted-server.ts';

let root: string;
const stops: (() => Promise<void>)[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lab-nda-'));
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  rmSync(root, { recursive: true, force: true });
});

/** Stands in for NDA's program: notes how it was called, then does what `body` says with $folder. */
function standIn(body: string): void {
  mkdirSync(join(root, 'bin'));
  const path = join(root, 'bin', 'downloadcmd');
  writeFileSync(
    path,
    `#!/bin/bash
printf '%s\n' "$@" > ${root}/args; env > ${root}/env; read -r password; echo "$password" > ${root}/stdin
if (: < /dev/tty) 2>/dev/null; then echo terminal > ${root}/tty; fi
folder=$6
${body}
`,
  );
  chmodSync(path, 0o755);
}

async function download(
  items: readonly string[],
  secret = '{"username":"ana","password":"of-ana"}',
  signal?: AbortSignal,
) {
  const server = await scriptedServer(say(200, JSON.stringify({ SecretString: secret })));
  stops.push(server.stop);
  const source = {
    bucket: 'nda-77',
    region: 'us-east-1',
    prefix: '',
    access: 'nda',
    package: '77',
    files: 'sub-{item}/',
    secretId: 'nda',
  };
  const logged: string[] = [];
  const world = containerWorld(
    {
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url,
      AWS_ACCESS_KEY_ID: 'JOB',
      AWS_SECRET_ACCESS_KEY: 'of-the-job',
      LAB_MOUNTS: JSON.stringify({ '/data_in': source }),
      DATA_IN: join(root, 'in'),
      PATH: `${join(root, 'bin')}:${dirname(process.execPath)}:/usr/bin:/bin`,
    },
    line => void logged.push(line),
  );
  const spec = { path: '/data_in', bucketEnv: 'INPUT_BUCKET', access: 'mount-s3', readOnly: true } as const;
  const mounts = await openMounts(world, [spec], {
    scratch: join(root, 'scratch'),
    items,
    ...(signal ? { signal } : {}),
  });
  return { mounts, logged };
}
const finished = (errors: number): string => `echo "     Total errors encountered: ${errors}"`;
const text = (name: string): string => readFileSync(join(root, name), 'utf8');

it('the shard’s items of the package are downloaded, the password by stdin alone', async () => {
  standIn(`mkdir -p $folder/sub-a.b && echo data > $folder/sub-a.b/scan; ${finished(0)}`);
  const { mounts, logged } = await download(['a.b', 'c']);
  expect(readFileSync(join(mounts.folders['/data_in']!, 'sub-a.b/scan'), 'utf8')).toBe('data\n');
  expect(text('args').split('\n').slice(0, 8)).toEqual([
    '-dp',
    '77',
    '-u',
    'ana',
    '-d',
    join(root, 'in'),
    '--file-regex',
    'sub-(a\\.b|c)/',
  ]);
  expect(text('stdin')).toBe('of-ana\n');
  expect([text('args'), text('env'), ...logged].join()).not.toContain('of-ana');
  expect(text('env')).not.toContain('of-the-job');
  expect(existsSync(join(root, 'tty'))).toBe(false);
  const home = /^HOME=(.*)$/m.exec(text('env'))![1]!;
  expect(home.startsWith(join(root, 'scratch'))).toBe(true);
  expect(existsSync(home)).toBe(false);
  await mounts.close();
});

it.each([
  [
    'files that failed although it exits with 0',
    `touch $folder/one; ${finished(2)}`,
    67,
    '2 files could not',
  ],
  ['an end before it was done', 'touch $folder/one', 67, 'did not say that it had finished'],
  ['a refused login', 'echo incorrect; exit 1', 67, 'incorrect'],
  ['a package without the item', 'echo No file was found that matched', 65, 'no file that matches sub-9/'],
])('%s end the mount', async (_, body, exitCode, message) => {
  standIn(body);
  await expect(download(['9'])).rejects.toMatchObject({
    exitCode,
    message: expect.stringContaining(message),
  });
});

it('an image without nda-tools, and a secret that nobody filled, are told as that', async () => {
  await expect(download(['9'])).rejects.toMatchObject({
    exitCode: 67,
    message: expect.stringContaining('nda-tools'),
  });
  await expect(download(['9'], `{"username":"${secretPlaceholder}","password":"x"}`)).rejects.toMatchObject({
    exitCode: 69,
  });
  await expect(download(['9'], '{"accessKeyId":"x"}')).rejects.toMatchObject({ exitCode: 67 });
});

it('an interruption ends the download', async () => {
  standIn('sleep 30');
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 500);
  const began = Date.now();
  await expect(download(['9'], undefined, stop.signal)).rejects.toMatchObject({ exitCode: 75 });
  expect(Date.now() - began).toBeLessThan(10_000);
});
