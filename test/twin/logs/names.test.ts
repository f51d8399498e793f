import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logsService } from '../../../lib/twin/logs/logs-service.ts';

const root = mkdtempSync(join(tmpdir(), 'log-names-'));
const logs = logsService({ folder: join(root, 'logs'), region: 'us-east-1' });
const create = (logGroupName: string) =>
  logs.call({ action: 'CreateLogGroup', input: { logGroupName }, accessKeyId: '' });
afterAll(() => rmSync(root, { recursive: true }));

it('a group named as a folder above stays within the folder of logs', async () => {
  for (const name of ['.', '..']) {
    await create(name);
    logs.append(name, 'stream', 'line');
  }
  expect(readdirSync(root)).toEqual(['logs']);
  const answer = await logs.call({ action: 'DescribeLogGroups', input: {}, accessKeyId: '' });
  expect(answer).toMatchObject({ logGroups: [{ logGroupName: '.' }, { logGroupName: '..' }] });
});

it('a name that AWS refuses, or that no folder can have, is refused and never an internal error', async () => {
  for (const name of ['a b', 'é', '%00', '*', 'x'.repeat(241), '/'.repeat(100)])
    await expect(create(name)).rejects.toMatchObject({ code: 'InvalidParameterException', status: 400 });
  expect(existsSync(join(root, 'logs', 'a%20b'))).toBe(false);
});
