import type { Account } from '../../../lib/contract/ports/account.ts';
import { secretPlaceholder } from '../../../lib/contract/workload/mount.ts';
import { datasets } from '../../../lib/doctor/checks/datasets.ts';
import { outputBucket } from '../../../lib/doctor/checks/output-bucket.ts';
import { secrets } from '../../../lib/doctor/checks/secrets.ts';
import { awsError, configInput, fakeAccount, findings, keysText, scopeOf } from '../fake-account.ts';

describe('secrets', () => {
  const of = async (text: string) => (await findings(secrets, { secret: async () => text }))[0]!;

  it('that hold the placeholder, or what are no keys, fail with the command that fills them', async () => {
    const placeholder = JSON.stringify({
      accessKeyId: secretPlaceholder,
      secretAccessKey: secretPlaceholder,
    });
    expect(await of(placeholder)).toEqual({
      outcome: 'fail',
      text: 'the secret of hcp still holds its placeholder',
      fix: 'npx lab secret set hcp',
    });
    expect((await of('{"user":"x"}')).fix).toBe('npx lab secret set hcp');
    expect((await of(keysText)).outcome).toBe('ok');
  });

  it('that are gone fail; no value is ever in a finding', async () => {
    const secret = () => Promise.reject(awsError('ResourceNotFoundException', 'no', 400));
    expect((await findings(secrets, { secret }))[0]!.outcome).toBe('fail');
    expect(JSON.stringify(await findings(secrets))).not.toContain('AKIAHCP');
  });
});

describe('datasets', () => {
  it('that open are told with where they are; those in another region with what that costs', async () => {
    expect((await findings(datasets))[0]).toEqual({
      outcome: 'ok',
      text: 'hcp: s3://hcp-openaccess/HCP_1200/ opens',
    });
    const elsewhere = {
      ...configInput,
      region: 'eu-west-1',
      datasets: { hcp: { ...configInput.datasets!.hcp!, region: 'us-east-1' } },
    };
    expect((await findings(datasets, {}, scopeOf(elsewhere)))[0]!.outcome).toBe('warn');
  });

  it('that are in another region than the configuration says fail with the line to write', async () => {
    const openDataset: Account['openDataset'] = async () => ({
      state: 'refused',
      region: 'eu-west-1',
      refusal: { name: 'PermanentRedirect', message: '', status: 301 },
    });
    expect((await findings(datasets, { openDataset }))[0]).toEqual({
      outcome: 'fail',
      text: 'hcp: bucket hcp-openaccess is in eu-west-1, and lab.config.ts says us-east-1',
      fix: "datasets.hcp.region: 'eu-west-1' in lab.config.ts",
    });
  });

  it('with nothing at their prefix are a warning; without keys they are not checked', async () => {
    const empty: Account['openDataset'] = async () => ({ state: 'open', empty: true });
    expect((await findings(datasets, { openDataset: empty }))[0]!.outcome).toBe('warn');
    expect((await findings(datasets, { secret: async () => secretPlaceholder }))[0]).toEqual({
      outcome: 'unchecked',
      text: 'hcp: its keys are not filled in yet',
    });
  });

  it('that hold keys which a mount hides say which, beside how they open', async () => {
    const objects = ['a', 'a/b', 'x//y'].map(key => ({ key: `HCP_1200/${key}`, size: 1 }));
    const openDataset: Account['openDataset'] = async () => ({
      state: 'open',
      empty: false,
      region: 'us-east-1',
      listing: { objects, isWhole: true },
    });
    const [opened, hidden] = await findings(datasets, { openDataset });
    expect([opened!.outcome, hidden!.outcome]).toEqual(['ok', 'warn']);
    expect(hidden!.text).toBe(
      'hcp: 2 keys cannot be seen as files, such as "HCP_1200/a": HCP_1200/a/b makes a folder of its name',
    );
  });

  it('are opened with their own keys', async () => {
    const keys: unknown[] = [];
    const openDataset: Account['openDataset'] = async (_, given) => {
      keys.push(given);
      return { state: 'open', empty: false };
    };
    await findings(datasets, { openDataset });
    expect(keys).toEqual([JSON.parse(keysText)]);
  });
});

it('output bucket: each setting that differs from ours has a line, and what may leak is a failure', async () => {
  const bare: Account['bucket'] = async () => ({
    region: 'eu-west-1',
    versioning: false,
    publicAccessBlocked: false,
    tlsOnly: false,
    ownership: 'ObjectWriter',
  });
  const found = await findings(outputBucket, { bucket: bare });
  expect(found.map(each => each.outcome)).toEqual(['fail', 'fail', 'fail', 'warn', 'warn', 'warn', 'warn']);
  expect(found.every(each => each.fix)).toBe(true);
});

it('output bucket: the one of existingOutputBucket is looked at, before any stack is there', async () => {
  const seen: string[] = [];
  const bucket: Account['bucket'] = name => {
    seen.push(name);
    return fakeAccount().bucket(name);
  };
  const scope = scopeOf({ ...configInput, existingOutputBucket: 'kept-bucket' });
  await findings(outputBucket, { bucket, stack: async () => undefined }, scope);
  expect(seen).toEqual(['kept-bucket']);
});
