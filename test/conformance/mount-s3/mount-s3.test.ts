import { readdir } from 'node:fs/promises';
import { mountFuse } from '../../../containers/runtime/mounts/fuse.ts';
import { lookAtInput } from '../../../lib/contract/workload/input-look.ts';
import { oddKeys, startDataset, unseen } from '../dataset.ts';

let dataset: Awaited<ReturnType<typeof startDataset>>;
beforeAll(async () => {
  dataset = await startDataset();
  for (const [key, body] of Object.entries(oddKeys)) await dataset.put(key, body);
});
afterAll(() => dataset.stop());

it('hides exactly the keys that the table says, and they are told before a tool starts', async () => {
  const mounted = await dataset.mount('mount-s3');
  try {
    const { hidden } = await lookAtInput(dataset.store, '', 'mount-s3');
    expect(await unseen(mounted.folder, oddKeys)).toEqual(hidden.map(each => each.key).sort());
    expect(mounted.log.join('\n')).toContain(`${hidden.length} keys cannot be seen as files`);
  } finally {
    await mounted.close();
  }
});

it('would show a prefix that is not there as an empty folder; it is refused instead', async () => {
  await expect(dataset.mount('mount-s3', { prefix: 'nowhere/' })).rejects.toMatchObject({
    exitCode: 67,
    message: expect.stringContaining('nothing is at s3://dataset/nowhere/'),
  });
});

it('says in its first line why it cannot mount, and that line is told', async () => {
  const target = `${process.env.TMPDIR ?? '/tmp'}/mount-s3-none`;
  const args = ['no-such-bucket-of-ours', target, '--read-only', '--region', 'us-east-1'];
  const command = { program: 'mount-s3', args: [...args, '--endpoint-url', dataset.url], environment: keys };
  const error = await mountFuse(command, {
    source: { bucket: 'no-such-bucket-of-ours', region: 'us-east-1', prefix: '', access: 'role' },
    target,
  }).catch((each: Error) => each);
  expect(String(error)).toMatch(/mount-s3 could not mount .*\(exit code 1\): \S/);
  expect(String(error).split('\n')).toHaveLength(1);
  expect(await readdir(target)).toEqual([]);
});

const keys = {
  AWS_ACCESS_KEY_ID: 'AKIAJOB',
  AWS_SECRET_ACCESS_KEY: 'of-the-job',
  AWS_EC2_METADATA_DISABLED: 'true',
  HOME: '/tmp',
};
