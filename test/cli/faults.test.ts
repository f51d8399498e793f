import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { user } from './helper.ts';

const config = {
  name: 'test',
  datasets: { scans: { bucket: 'scans-of-ours', access: 'role' as const } },
  workloads: { rapidtide: { datasets: { '/data_in': 'scans' } } },
};
const faults = {
  seed: 3,
  requests: [
    { fault: 'throttle', service: 'batch', action: 'SubmitJob', times: 3 },
    { fault: 'throttle', probability: 0.05 },
    { fault: 'unavailable', service: 's3', probability: 0.03 },
    { fault: 'reset', service: 's3', probability: 0.02 },
    { fault: 'short-body', service: 's3', probability: 0.04 },
    { fault: 'bit-flip', path: 'scans-of-ours/', probability: 0.1 },
  ],
};
let me: Awaited<ReturnType<typeof user>>;
beforeAll(async () => {
  me = await user(config);
});
afterAll(() => me.leave());

it('a run goes through throttling, storms, broken bodies and flipped bits, and is fetched whole', async () => {
  await mkdir(join(me.cwd, 'twin', 'state'), { recursive: true });
  await writeFile(join(me.cwd, 'twin', 'state', 'faults.json'), JSON.stringify(faults));
  const twin = await me.twin();
  const put = (Bucket: string, Key: string, Body: string): Promise<unknown> =>
    again(() => twin.s3.send(new PutObjectCommand({ Bucket, Key, Body })));
  await put(twin.outputs.OutputBucketName!, 'config/copy.sh', 'cp "$DATA_IN/scan.txt" "$DATA_OUT/$1.txt"');
  await put('scans-of-ours', 'scan.txt', 'scan '.repeat(5000));
  const ran = await me.lab([
    ...['submit', 'rapidtide', '--participants', 'p1..p8', '--do', 'script', '--script', 'copy.sh'],
    ...['--vcpus', '2', '--memory', '256', '--local', '--wait'],
  ]);
  expect([ran.code, ran.err]).toEqual([0, expect.stringContaining('all 8 participants done')]);
  const fetched = await me.lab(['fetch', ran.out.trim(), '--local', '--to', 'results']);
  expect(fetched.code).toBe(0);
  const files = (await readdir(join(me.cwd, 'results'), { recursive: true })).filter(name =>
    /p\d\.txt$/.test(name),
  );
  expect(files).toHaveLength(8);
  for (const file of files)
    expect(await readFile(join(me.cwd, 'results', file), 'utf8')).toBe('scan '.repeat(5000));
});

async function again<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await call();
    } catch (error) {
      if (tries === 9) throw error;
    }
}
