import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { jsonService } from '../../../lib/twin/http/json-service.ts';
import { startServer, type TwinServer } from '../../../lib/twin/http/server.ts';
import { type SecretsService, secretsService } from '../../../lib/twin/secrets/secrets-service.ts';

let folder: string;
let service: SecretsService;
let server: TwinServer;
let client: SecretsManagerClient;

async function start(): Promise<void> {
  service = secretsService({ folder, region: 'us-east-1' });
  server = await startServer({
    services: [jsonService('secretsmanager', 'json', service.call)],
    credentials: { find: () => ({ secretAccessKey: 'secret' }) },
  });
  const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' };
  client = new SecretsManagerClient({
    region: 'us-east-1',
    endpoint: server.url,
    credentials,
    maxAttempts: 1,
  });
}

async function stop(): Promise<void> {
  client.destroy();
  await server.close();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twin-secrets-'));
  await start();
});

afterEach(async () => {
  await stop();
  await rm(folder, { recursive: true });
});

const get = (SecretId: string, VersionStage?: string) =>
  client.send(new GetSecretValueCommand({ SecretId, ...(VersionStage ? { VersionStage } : {}) }));

describe('secrets', () => {
  it('finds a secret by name, ARN, and ARN without its six characters', async () => {
    const { ARN = '' } = await client.send(
      new CreateSecretCommand({ Name: 'lab/db', SecretString: 's3cret' }),
    );
    expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:lab\/db-[A-Za-z0-9]{6}$/);
    for (const id of ['lab/db', ARN, ARN.slice(0, -7)]) expect((await get(id)).SecretString).toBe('s3cret');
    await expect(get('lab/d')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('moves AWSCURRENT to a new value and keeps the old one as AWSPREVIOUS', async () => {
    await client.send(new CreateSecretCommand({ Name: 'key', SecretString: 'one' }));
    await client.send(new PutSecretValueCommand({ SecretId: 'key', SecretString: 'two' }));
    await client.send(new PutSecretValueCommand({ SecretId: 'key', SecretBinary: Buffer.from('three') }));
    expect(Buffer.from((await get('key')).SecretBinary ?? []).toString()).toBe('three');
    expect((await get('key', 'AWSPREVIOUS')).SecretString).toBe('two');
    const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: 'key' }));
    expect(Object.values(VersionIdsToStages).flat().sort()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  it('refuses a second secret of the same name, unless it is the same request again', async () => {
    const token = 'a'.repeat(32);
    const first = { Name: 'once', SecretString: 'v', ClientRequestToken: token };
    const made = await client.send(new CreateSecretCommand(first));
    expect((await client.send(new CreateSecretCommand(first))).ARN).toBe(made.ARN);
    const other = client.send(new CreateSecretCommand({ Name: 'once', SecretString: 'w' }));
    await expect(other).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  it('answers no value of a deleted secret, and forgets it when forced', async () => {
    await client.send(new CreateSecretCommand({ Name: 'gone', SecretString: 'v' }));
    await client.send(new DeleteSecretCommand({ SecretId: 'gone' }));
    await expect(get('gone')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await client.send(new DeleteSecretCommand({ SecretId: 'gone', ForceDeleteWithoutRecovery: true }));
    await expect(get('gone')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('lists in pages', async () => {
    for (const name of ['c', 'a', 'b']) await service.ensure(name, 'v');
    const names: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await client.send(new ListSecretsCommand({ MaxResults: 2, NextToken }));
      names.push(...(page.SecretList ?? []).map(secret => secret.Name));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(names).toEqual(['a', 'b', 'c']);
  });

  it('keeps values over a restart, in files that only the owner reads', async () => {
    const arn = await service.ensure('kept', 'value');
    await stop();
    await start();
    expect(await service.ensure('kept', 'other')).toBe(arn);
    expect((await get('kept')).SecretString).toBe('value');
    for (const file of await readdir(folder)) expect((await stat(join(folder, file))).mode & 0o077).toBe(0);
  });

  it('loses none of many writes at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => service.ensure(`s${i}`, `v${i}`)));
    for (let i = 0; i < 20; i++) expect((await get(`s${i}`)).SecretString).toBe(`v${i}`);
  });
});
