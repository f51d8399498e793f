import { PutObjectCommand } from '@aws-sdk/client-s3';
import { neverSubmitted } from '../../lib/runs/stored-run.ts';
import { user } from './helper.ts';

let beforeAny = '';
let me: Awaited<ReturnType<typeof user>>;
const whole = '20991231t000000z-aaaaaa';
const killedLater = '20991231t000001z-bbbbbb';
const killedFirst = '20991231t000002z-cccccc';

beforeAll(async () => {
  me = await user({
    name: 'test',
    datasets: { scans: { bucket: 'scans-of-ours', access: 'role' } },
    workloads: { rapidtide: { datasets: { '/data_in': 'scans' } } },
  });
  const { s3, outputs } = await me.twin();
  beforeAny = (await me.lab(['watch', '--local'])).err;
  const put = (run: string, name: string, Body: string) =>
    s3.send(
      new PutObjectCommand({
        Bucket: outputs.OutputBucketName!,
        Key: `runs/rapidtide/${run}/${name}`,
        Body: Buffer.from(Body),
      }),
    );
  const request = (runId: string, open = false) =>
    JSON.stringify({
      version: 2,
      runId,
      lab: 'test',
      request: { workload: 'rapidtide', parameters: {}, ...(open ? { open } : {}) },
      items: 1,
      createdAt: '2099-12-31T00:00:00.000Z',
    });
  // An open run takes jobs as they come, and has none yet: no submission of it was ever interrupted.
  await put(whole, 'manifest', '');
  await put(whole, 'request.json', request(whole, true));
  // kill -9 between the writes of a submission: after its request, and after its manifest.
  await put(killedLater, 'manifest', '{"name":"a"}\n');
  await put(killedLater, 'request.json', request(killedLater));
  await put(killedFirst, 'manifest', '{"name":"a"}\n');
});
afterAll(() => me.leave());

const verbs = ['status', 'watch', 'logs', 'fetch', 'retry', 'cancel', 'submit --resume'];

it.each(verbs)(
  'lab %s of a submission that was killed before its plan says what all of them say',
  async verb => {
    for (const run of [killedLater, killedFirst]) {
      const { code, out, err } = await me.lab([...verb.split(' '), run, '--local']);
      const [problem] = neverSubmitted({ workload: 'rapidtide', runId: run }).problems;
      expect([code, out, err]).toEqual([2, '', `error ${run}: ${problem!.message}\n  ${problem!.fix}\n`]);
    }
  },
);

it('an item of the newest run is looked for in that run, and not in one before it', async () => {
  const { code, err } = await me.lab(['logs', 'a', '--local']);
  expect([code, err]).toEqual([2, expect.stringContaining(`${killedFirst}: was never submitted`)]);
});

it('an open run without jobs is none of them', async () => {
  const { code, err } = await me.lab(['status', whole, '--local']);
  expect([code, err]).toEqual([0, expect.stringContaining('0 of 0 participants done')]);
});

it('what a workflow has sent is tried again by it, and by nobody else', async () => {
  const { code, err } = await me.lab(['retry', whole, '--local']);
  expect([code, err]).toEqual([
    2,
    `error ${whole}: takes its participants from a workflow, which tries them again by itself and alone takes their results\n  start the workflow again with the same command (docs/pypeliner.md)\n`,
  ]);
});

it('lab runs says so too', async () => {
  const { out, err } = await me.lab(['runs', '--local']);
  expect(out).toMatch(new RegExp(`^${killedLater} +rapidtide +never submitted`, 'm'));
  expect(out).toMatch(new RegExp(`^${whole} +rapidtide +open`, 'm'));
  expect(err).toContain(`never submitted, for its submission was interrupted at once: ${killedFirst}\n`);
});

it('of a lab that nothing was submitted to, this is said', () => {
  expect(beforeAny).toContain('nothing has been submitted to this lab yet');
});
