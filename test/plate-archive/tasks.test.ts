import { CreateBucketCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { archiveTask } from '../../containers/plate-archive/tasks/archive.ts';
import { deleteTask } from '../../containers/plate-archive/tasks/delete.ts';
import type { PlateContext, PlatePlace } from '../../containers/plate-archive/tasks/plate-context.ts';
import { restoreTask } from '../../containers/plate-archive/tasks/restore.ts';
import { sealTask } from '../../containers/plate-archive/tasks/seal.ts';
import { verifyTask } from '../../containers/plate-archive/tasks/verify.ts';
import { fixedKeys } from '../../lib/aws/wire/credentials.ts';
import { objectStore } from '../../lib/aws/wire/object-store.ts';
import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';
import { keys, startS3 } from '../twin/s3/helper.ts';

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

it('a plate is archived, verified, sealed, deleted and one well given back, by the tasks, over the twin', async () => {
  const twin = await startS3();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: twin.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  });
  delete process.env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI;
  delete process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI;
  const stores = new Map<string, ObjectStore>();
  for (const bucket of ['live', 'cold']) {
    await twin.s3.send(new CreateBucketCommand({ Bucket: bucket }));
    await twin.s3.send(
      new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    stores.set(
      bucket,
      objectStore({ bucket, region: 'us-east-1', endpoint: twin.url, credentials: fixedKeys(keys) }),
    );
  }
  const place = (bucket: string, prefix = ''): PlatePlace => ({ bucket, prefix, store: stores.get(bucket)! });
  const places: Record<string, PlatePlace> = {
    source: place('live'),
    archive: place('cold', 'lab/plates/'),
    proofs: place('cold', 'lab/proofs/'),
    journals: place('cold', 'lab/journals/'),
    target: place('live'),
  };
  const lines: string[] = [];
  const written = new Map<string, string>();
  const context = (parameters: Record<string, string> = {}): PlateContext => ({
    items: [{ name: 'BR1', labels: { plate_id_full: 'BR1 é-Measurement 1', dye: 'x' } }],
    parameters: { project: 'P', batch: 'B', ...parameters },
    signal: new AbortController().signal,
    limits: { vcpus: 1, memoryMiB: 512, scratchBytes: 0 },
    environment: { AWS_REGION: 'us-east-1' },
    log: line => lines.push(line),
    place: name => places[name]!,
    checkpoint: item => ({
      read: async () => written.get(item),
      write: async text => void written.set(item, text),
    }),
  });
  const images = 'projects/P/B/images/BR1 é-Measurement 1/';
  const live = stores.get('live')!;
  for (const well of ['r01c01', 'r02c03'])
    for (const field of [1, 2])
      await live.put(`${images}${well}f0${field}.tiff`, Buffer.alloc(50_000, well + field));
  await live.put('projects/P/workspace/backend/B/BR1/BR1.sqlite', 'tables');
  expect(await archiveTask.run(context())).toMatchObject({ exitCode: 0, facts: { objects: 5, tars: 1 } });
  expect(await deleteTask.run(context())).toMatchObject({
    reason: expect.stringContaining('there is no proof'),
  });
  expect(await verifyTask.run(context())).toMatchObject({ exitCode: 0, facts: { objects: 5 } });
  expect(await sealTask.run(context())).toMatchObject({ exitCode: 0 });
  expect(await deleteTask.run(context())).toMatchObject({ exitCode: 0, facts: { deleted: 5 } });
  const listed = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of live.list('')) found.push(key);
    return found;
  };
  expect(await listed()).toEqual([]);
  expect(await restoreTask.run(context({ include: 'r02c03*' }))).toMatchObject({
    exitCode: 0,
    facts: { restored: 2 },
  });
  expect(await listed()).toEqual([`${images}r02c03f01.tiff`, `${images}r02c03f02.tiff`]);
  expect((await live.get(`${images}r02c03f02.tiff`))!.equals(Buffer.alloc(50_000, 'r02c032'))).toBe(true);
  expect(await archiveTask.run(context())).toMatchObject({ exitCode: 0 });
  expect(lines.some(line => line.includes('was archived before'))).toBe(true);
  await twin.stop();
});
