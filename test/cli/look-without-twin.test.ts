import { mkdir, writeFile } from 'node:fs/promises';
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
  const scans = join(me.cwd, 'twin', 'state', 's3', 'scans-of-ours');
  await mkdir(scans, { recursive: true });
  await writeFile(join(scans, 'scan.nii'), 'x');
  await writeFile(join(me.cwd, 'wait.sh'), 'sleep 1\necho done > /data_out/done.txt\n');
});
afterAll(() => me.leave());

it('with no twin up, a look at a run begins nothing of it: three looks would kill three attempts of a job, and fail it', async () => {
  const leaving = new AbortController();
  const size = ['--vcpus', '2', '--memory', '256'];
  const { out: run, code } = await me.lab(
    [
      ...['submit', 'rapidtide', '--participants', 'p01,p02'],
      ...['--do', 'script', '--script', './wait.sh'],
      ...size,
      '--local',
    ],
    '',
    leaving.signal,
    text => text.includes('running') && leaving.abort(),
  );
  expect(code).toBe(130);
  const attempts = async (): Promise<readonly number[]> => {
    const { out } = await me.lab(['status', run.trim(), '--json', '--local']);
    const { items } = JSON.parse(out) as { items: readonly { state: string; attempts: number }[] };
    expect(items.every(({ state }) => ['running', 'waiting'].includes(state))).toBe(true);
    return items.map(each => each.attempts);
  };
  const before = await attempts();
  await me.lab(['runs', '--local']);
  await me.lab(['why', run.trim(), '--local']);
  await me.lab(['logs', run.trim(), '--local']);
  await me.lab(['fetch', run.trim(), '--local']);
  expect(await attempts()).toEqual(before);
  // Who follows it lets it go on.
  expect((await me.lab(['watch', run.trim(), '--local'])).code).toBe(0);
});
