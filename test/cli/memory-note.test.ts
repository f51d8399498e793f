import { PutObjectCommand } from '@aws-sdk/client-s3';
import { user } from './helper.ts';

jest.mock('../../lib/twin/container/memory-limit.ts', () => ({
  ...jest.requireActual('../../lib/twin/container/memory-limit.ts'),
  canHoldMemory: jest.fn(() => true),
}));
const { canHoldMemory } = jest.requireMock('../../lib/twin/container/memory-limit.ts') as {
  canHoldMemory: jest.Mock;
};

it('a submission to a twin that cannot hold jobs to their memory says so, and to one that can says nothing of it', async () => {
  const me = await user({
    datasets: { scans: { bucket: 'scans-of-ours', access: 'role' } },
    workloads: { rapidtide: { datasets: { '/data_in': 'scans' } } },
  });
  try {
    const { s3 } = await me.twin();
    await s3.send(new PutObjectCommand({ Bucket: 'scans-of-ours', Key: '1', Body: Buffer.from('scan') }));
    const dry = async () =>
      (await me.lab(['submit', 'rapidtide', '--participants', '1..3', '--local', '--dry-run'])).err;
    expect(await dry()).not.toContain('memory is not held');
    canHoldMemory.mockReturnValue(false);
    expect(await dry()).toContain(
      '\n  memory is not held: this machine’s kernel does not show what jobs use',
    );
  } finally {
    await me.leave();
  }
});
