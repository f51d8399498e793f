import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSsoSession } from '../../../lib/aws/account/sso-session.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lab-home-'));
  await mkdir(join(home, '.aws', 'sso', 'cache'), { recursive: true });
  await writeFile(
    join(home, '.aws', 'config'),
    `[default]
region = us-east-1
[profile lab]
sso_session = uni
[profile  through]
role_arn=arn:aws:iam::1:role/x
source_profile = lab
[profile old]
sso_start_url = https://old.awsapps.com/start
[sso-session uni]
sso_start_url = https://uni.awsapps.com/start
`,
  );
  await cache('uni', { expiresAt: '2026-11-21T14:00:00Z', accessToken: 'not read' });
});
afterAll(() => rm(home, { recursive: true, force: true }));

const cache = (key: string, content: object) =>
  writeFile(
    join(home, '.aws', 'sso', 'cache', `${createHash('sha1').update(key).digest('hex')}.json`),
    JSON.stringify(content),
  );
const read = (profile: string, environment = {}) => readSsoSession({ home, environment, profile });

it('is the session of the profile, or of the one that it takes its credentials from', async () => {
  const uni = { name: 'uni', expiresAt: new Date('2026-11-21T14:00:00Z'), renewable: false };
  expect(await read('lab')).toEqual(uni);
  expect(await read('through')).toEqual(uni);
  expect(await readSsoSession({ home, environment: { AWS_PROFILE: 'lab' } })).toEqual(uni);
});

it('is renewable while its registration outlives it', async () => {
  await cache('uni', {
    expiresAt: '2026-11-21T14:00:00Z',
    refreshToken: 'x',
    registrationExpiresAt: '2027-01-01T00:00:00Z',
  });
  expect(await read('lab')).toMatchObject({ renewable: true });
});

it('of a profile that never signed in has ended', async () => {
  expect(await read('old')).toEqual({ name: '', expiresAt: new Date(0), renewable: false });
});

it('is none for other profiles, for keys in the environment, and where there is no file', async () => {
  expect(await read('default')).toBeUndefined();
  expect(await read('nobody')).toBeUndefined();
  expect(
    await readSsoSession({ home, environment: { AWS_ACCESS_KEY_ID: 'x', AWS_PROFILE: 'lab' } }),
  ).toBeUndefined();
  expect(await readSsoSession({ home: join(home, 'nowhere'), environment: {} })).toBeUndefined();
});
