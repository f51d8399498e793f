import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { LabError } from '../../../lib/contract/workload/errors.ts';
import { parseFaults } from '../../../lib/twin/faults/read-faults.ts';
import { startTwin, type Twin, type TwinOptions } from '../../../lib/twin/twin.ts';

let folder: string;
let twin: Twin | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faulty-twin-'));
  mkdirSync(join(folder, 'state'));
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(async () => {
  delete process.env.LAB_TWIN_FAULTS;
  await twin?.close();
  twin = undefined;
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const start = async (more: Partial<TwinOptions> = {}): Promise<Twin> => {
  twin = await startTwin({
    folder: join(folder, 'state'),
    projectRoot: folder,
    region: 'us-east-1',
    template: { Resources: {} },
    datasetBuckets: [],
    node: process.execPath,
    tools: [],
    ...more,
  });
  return twin;
};
const list = async ({ url, keys }: Twin): Promise<string> => {
  const credentials = keys.deployer;
  const s3 = new S3Client({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 });
  return s3.send(new ListBucketsCommand({})).then(
    () => 'ok',
    error => (error as Error).name,
  );
};
const throttle = JSON.stringify({ requests: [{ fault: 'throttle', service: 's3', times: 1 }] });

it('injects what faults.json in its folder says, and tells that it does', async () => {
  writeFileSync(join(folder, 'state', 'faults.json'), throttle);
  const one = await start();
  expect([await list(one), await list(one)]).toEqual(['SlowDown', 'ok']);
  expect(process.stderr.write).toHaveBeenCalledWith(
    expect.stringMatching(/^the twin injects faults: .*faults\.json\n$/),
  );
});

it('injects what the file of LAB_TWIN_FAULTS says', async () => {
  process.env.LAB_TWIN_FAULTS = join(folder, 'mine.json');
  writeFileSync(process.env.LAB_TWIN_FAULTS, throttle);
  expect(await list(await start())).toBe('SlowDown');
});

it('injects nothing without a file, and refuses one that it cannot read', async () => {
  expect(await list(await start())).toBe('ok');
  await twin!.close();
  twin = undefined;
  writeFileSync(join(folder, 'state', 'faults.json'), '{ "request": [] }');
  await expect(start()).rejects.toThrow(LabError);
});

it('a storm passes with the time of the twin that it is in', async () => {
  let now = 0;
  const clock = { now: () => now, after: () => () => undefined };
  const storm = { everyMs: 7_200_000, forMs: 3_600_000 };
  const requests = [{ fault: 'unavailable', service: 's3', storm }];
  const one = await start({ clock, faults: parseFaults({ requests }) });
  expect(await list(one)).toBe('ServiceUnavailable');
  now = 3_600_000;
  expect(await list(one)).toBe('ok');
  now = 7_200_000;
  expect(await list(one)).toBe('ServiceUnavailable');
});
