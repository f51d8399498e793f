import { PutObjectCommand } from '@aws-sdk/client-s3';
import { user } from './helper.ts';

const lab = {
  datasets: { scans: { bucket: 'scans-of-ours', access: 'role' as const } },
  workloads: { rapidtide: { datasets: { '/data_in': 'scans' } } },
};

it.each([
  [false, true],
  [true, false],
])(
  'a submission to a twin that can hold jobs to their memory: %s; says that it is not held: %s',
  async (holdsMemory, says) => {
    const me = await user(lab, {}, { holdsMemory });
    try {
      const { s3 } = await me.twin();
      await s3.send(new PutObjectCommand({ Bucket: 'scans-of-ours', Key: '1', Body: Buffer.from('scan') }));
      const { code, err } = await me.lab([
        'submit',
        'rapidtide',
        '--participants',
        '1..3',
        '--local',
        '--dry-run',
      ]);
      expect(code).toBe(0);
      expect(err.includes('\n  memory is not held: this machine’s kernel does not show what jobs use')).toBe(
        says,
      );
    } finally {
      await me.leave();
    }
  },
);
