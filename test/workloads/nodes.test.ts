import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { fakeLab } from './fake-lab.ts';
import { meshes, meshTasks } from './meshes.ts';

const image = `public.ecr.aws/lab/fakes@sha256:${'a'.repeat(64)}`;
let lab: Awaited<ReturnType<typeof fakeLab>>;
let runId: string;
beforeAll(async () => {
  lab = await fakeLab({
    workloads: [meshes],
    tasks: meshTasks,
    processes: ['meshes'],
    config: {
      name: 'near',
      network: 'private-nat',
      pools: {
        'x86-near': { architecture: 'x86_64', market: 'on-demand', instanceTypes: ['c7i.4xlarge'] },
      },
      workloads: { meshes: { image, places: { cases: { bucket: 'meshes', prefix: 'cases/' } } } },
    },
  });
});
afterAll(() => lab.leave());

const fails = (mesh: string, node: number) =>
  lab.s3.send(new PutObjectCommand({ Bucket: 'meshes', Key: `cases/${mesh}`, Body: String(node) }));
const mend = (mesh: string) =>
  lab.s3.send(new DeleteObjectCommand({ Bucket: 'meshes', Key: `cases/${mesh}` }));
const rows = async (...more: readonly string[]) =>
  JSON.parse((await lab.lab(['status', runId, ...more, '--json'])).out).items as readonly {
    readonly name: string;
    readonly state: string;
    readonly reason?: string;
    readonly facts?: object;
  }[];

it('a run of jobs of two nodes ends as its main nodes do, and a node that dies fails its job alone', async () => {
  await fails('wing', 1);
  const ran = await lab.lab(['submit', 'meshes', '--meshes', 'hull,wing', '--wait']);
  runId = ran.out.trim();
  expect([ran.code, ran.err]).toEqual([
    4,
    expect.stringContaining('  solve 1/2, 1 failed\n  look 0/2, 2 blocked'),
  ]);
  expect((await rows('--step', 'solve')).map(({ name, state, reason }) => [name, state, reason])).toEqual([
    ['hull', 'done', undefined],
    ['wing', 'failed', expect.stringMatching(/^node 1 failed: exit code 137/)],
  ]);
});

it('each node has a log of its own', async () => {
  const log = async (...more: readonly string[]) => (await lab.lab(['logs', runId, ...more])).out;
  expect(await log('hull', '--step', 'solve')).toContain('node 0 of 2, the main one itself');
  expect(await log('hull', '--step', 'solve', '--node', '0')).toContain('node 0 of 2, the main one itself');
  expect(await log('hull', '--step', 'solve', '--node', '1')).toContain(
    'node 1 of 2, the main one at 127.0.0.1',
  );
  expect(await log('wing', '--step', 'solve', '--node', '1')).toContain('node 1 of 2');
  const none = await lab.lab(['logs', runId, 'wing', '--node', '2']);
  expect([none.code, none.err]).toEqual([
    2,
    expect.stringMatching(/--node 2: wing is in step solve, whose jobs have 2 nodes\n {2}0 to 1/),
  ]);
});

it('a retry brings all nodes of what failed up again, and nothing else', async () => {
  await mend('wing');
  const again = await lab.lab(['retry', runId, '--wait']);
  expect([again.code, again.err]).toEqual([
    0,
    expect.stringContaining('round 1: 2 meshes again (solve 1, look 2)'),
  ]);
  // Every node's part was stored before its job was done.
  expect((await rows()).map(({ name, state, facts }) => [name, state, facts])).toEqual(
    ['hull', 'wing'].map(name => [name, 'done', { parts: 2 }]),
  );
});
