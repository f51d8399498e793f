import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { keys } from '../../twin/s3/helper.ts';
import { labOfFile, storeRun } from '../lab.ts';
import { named, options } from '../tasks.ts';

const lab = labOfFile();

it('a task that asks for another attempt gets one, and goes on from what it has written down', async () => {
  const { start, record, isDone } = await storeRun(lab, [named('a')]);
  const task = options(async ({ checkpoint }) => {
    const before = await checkpoint('a').read();
    await checkpoint('a').write(`${before ?? ''}x`);
    return before === 'xx' ? { exitCode: 0, facts: { attempts: before } } : { exitCode: 0, again: true };
  });
  expect(await start(task)).toBe(exitCodes.interrupted);
  expect((await record())!.items[0]).toMatchObject({ state: 'interrupted' });
  expect(await start(task, 0, { attempt: 2 })).toBe(exitCodes.interrupted);
  expect(await isDone()).toBe(false);
  expect(await start(task, 0, { attempt: 3 })).toBe(0);
  expect((await record(0, 'parent', 3))!.items[0]).toMatchObject({
    state: 'done',
    facts: { attempts: 'xx' },
  });
});

describe('a tool is the job’s role', () => {
  /** What ECS gives a container its role's keys by. */
  const ecs = createServer((_, answer) => {
    const Expiration = new Date(Date.now() + 3_600_000).toISOString();
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = keys;
    answer.end(JSON.stringify({ AccessKeyId, SecretAccessKey, Expiration }));
  });
  beforeAll(() => new Promise<void>(done => void ecs.listen(0, '127.0.0.1', done)));
  afterAll(() => new Promise(done => void ecs.close(done)));
  const tool = (credentials?: 'role') =>
    options(async ({ exec }) => {
      const seen: string[] = [];
      const command = ['sh', '-c', 'env | grep -c AWS_CONTAINER_CREDENTIALS || true'];
      const { exitCode } = await exec(command, {
        ...(credentials ? { credentials } : {}),
        onLine: line => void seen.push(line),
      });
      return { exitCode, facts: { seen: seen.join() } };
    });
  const run = async (task: ReturnType<typeof tool>, environment: Record<string, string>) => {
    const { start, record } = await storeRun(lab, [named('a')]);
    const AWS_CONTAINER_CREDENTIALS_FULL_URI = `http://127.0.0.1:${(ecs.address() as AddressInfo).port}/`;
    const exitCode = await start(task, 0, {
      environment: { AWS_CONTAINER_CREDENTIALS_FULL_URI, ...environment },
    });
    return { exitCode, item: (await record())?.items[0] };
  };

  it('where its kind says so and the task asks, and else nobody', async () => {
    const asked = await run(tool('role'), { LAB_TOOL_CREDENTIALS: 'role' });
    expect([asked.exitCode, asked.item?.facts]).toEqual([0, { seen: '1' }]);
    const silent = await run(tool(), { LAB_TOOL_CREDENTIALS: 'role' });
    expect([silent.exitCode, silent.item?.facts]).toEqual([0, { seen: '0' }]);
    const refused = await run(tool('role'), {});
    expect([refused.exitCode, refused.item?.reason]).toEqual([
      exitCodes.badJob,
      'tools of this kind of job get no credentials: toolCredentials',
    ]);
  });
});
