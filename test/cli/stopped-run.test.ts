import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { user } from './helper.ts';

const config = {
  name: 'test',
  datasets: { scans: { bucket: 'scans-of-ours', access: 'role' as const } },
  workloads: { rapidtide: { datasets: { '/data_in': 'scans' } } },
};
let me: Awaited<ReturnType<typeof user>>;
beforeAll(async () => {
  me = await user(config);
  const state = join(me.cwd, 'twin', 'state');
  await mkdir(state, { recursive: true });
  // A container takes its time, and so would each of those that only look whether the run was stopped.
  await writeFile(join(state, 'faults.json'), JSON.stringify({ pace: { startingMs: 400 } }));
  const twin = await me.twin();
  await twin.s3.send(new PutObjectCommand({ Bucket: 'scans-of-ours', Key: 'other', Body: 'x' }));
});
afterAll(() => me.leave());

it('whoever watches a run that has reached its limit ends what is queued, and says why; a retry takes it up', async () => {
  const ran = await me.lab([
    ...[
      'submit',
      'rapidtide',
      '--participants',
      'p01..p40',
      '--parallel',
      '1',
      '--vcpus',
      '2',
      '--memory',
      '256',
    ],
    ...['--max-fails', '1', '--local', '--wait'],
  ]);
  expect(ran.code).toBe(4);
  expect(ran.err).toContain(
    'stopped: 2 have failed, and --max-fails allows 1; what has not started is cancelled, and what runs goes on',
  );
  const run = ran.out.trim();
  const { out } = await me.lab(['status', run, '--json', '--local']);
  const { items } = JSON.parse(out) as {
    items: readonly { state: string; attempts: number; reason?: string }[];
  };
  const cancelled = items.filter(({ state }) => state === 'cancelled');
  expect(cancelled.length).toBe(40 - items.filter(({ state }) => state === 'failed').length);
  expect(new Set(cancelled.map(({ reason }) => reason))).toEqual(
    new Set(['stopped: 2 have failed, and --max-fails allows 1']),
  );
  // Most of them never had a container.
  expect(cancelled.filter(({ attempts }) => attempts === 0).length).toBeGreaterThan(20);
  const { causes } = JSON.parse((await me.lab(['why', run, '--json', '--local'])).out) as {
    causes: readonly { kind: string; names: readonly string[] }[];
  };
  expect(causes.filter(({ kind }) => kind === 'cancelled').map(({ names }) => names.length)).toEqual([
    cancelled.length,
  ]);
  const again = await me.lab(['retry', run, '--dry-run', '--local']);
  expect(again.err).toContain('rapidtide over 40 participants');
});
