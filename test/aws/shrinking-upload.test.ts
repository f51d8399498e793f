import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateMultipartUploadCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { s3Store } from '../../lib/aws/store.ts';

it('a large file that becomes shorter while it is uploaded is no object: what is missing was stored as zeros', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-upload-'));
  const path = join(folder, 'large');
  await writeFile(path, '');
  await truncate(path, 65 * 1024 * 1024);
  const sent: string[] = [];
  const client = new S3Client({ region: 'us-east-1' });
  client.send = (async (command: object) => {
    sent.push(command.constructor.name);
    if (command instanceof CreateMultipartUploadCommand) return { UploadId: 'u' };
    if (command instanceof UploadPartCommand) await truncate(path, 64 * 1024 * 1024);
    return {};
  }) as typeof client.send;
  try {
    const upload = s3Store({ region: 'us-east-1' }, 'bucket', client).upload(path, 'large');
    await expect(upload).rejects.toThrow('became shorter while it was uploaded');
    expect(sent).toEqual([
      'CreateMultipartUploadCommand',
      'UploadPartCommand',
      'AbortMultipartUploadCommand',
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
