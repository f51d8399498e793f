import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { user } from './helper.ts';

const config = {
  name: 'test',
  datasets: { scans: { bucket: 'scans-of-ours', access: 'role' as const } },
  workloads: { rapidtide: { datasets: { '/data_in': 'scans' } } },
};
let me: Awaited<ReturnType<typeof user>>;
beforeAll(async () => {
  me = await user(config);
  await me.twin();
});
afterAll(() => me.leave());

const told = 'the twin that is up was started over another lab.config.ts';
const write = (text: string): Promise<void> => writeFile(join(me.cwd, 'lab.config.json'), text);

it('a lab.config.ts that means the same is the twin’s own', async () => {
  await write(JSON.stringify(config, null, 2));
  expect((await me.lab(['runs', '--local'])).err).not.toContain(told);
  expect((await me.lab(['twin', 'up'])).code).toBe(0);
});

it('a twin that is up says that lab.config.ts has changed since, and lab twin up does not call it up', async () => {
  await write(JSON.stringify({ ...config, logRetentionDays: 30 }));
  const looked = await me.lab(['runs', '--local']);
  expect([looked.code, looked.err]).toEqual([
    0,
    expect.stringContaining(`${told}: npx lab twin down, then npx lab twin up`),
  ]);
  const up = await me.lab(['twin', 'up']);
  expect([up.code, up.err]).toEqual([2, expect.stringContaining(told)]);
  expect(up.err).toContain('npx lab twin down, then again');
});
