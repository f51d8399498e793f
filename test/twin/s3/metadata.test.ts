import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { startS3 } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'data';
const { twin, put, head } = oneBucket(Bucket);

describe('metadata', () => {
  it('that is not ASCII comes back as S3 sends it', async () => {
    await put('k', 'x', { Metadata: { name: 'Zoë' } });
    expect((await head('k')).Metadata?.name).toBe('=?UTF-8?B?Wm/Dqw==?=');
  });

  it('survives a kill between the file and its record', async () => {
    await put('k', 'first', { Metadata: { version: '1' } });
    await put('k', 'second', { Metadata: { version: '2' } });
    await twin.close();
    // The moment in which the file is in its place and its record is announced only.
    const records = join(twin.root, '.meta', `${Bucket}.log`);
    const lines = (await readFile(records, 'utf8')).trimEnd().split('\n');
    expect(lines.pop()).toBe('{"settled":"k"}');
    await writeFile(records, `${lines.join('\n')}\n`);
    const again = await startS3(twin.root);
    const after = await again.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    await again.stop();
    expect(after.Metadata).toEqual({ version: '2' });
  });

  it('is lost with records that cannot be read, but never the object', async () => {
    await put('k', 'bytes', { Metadata: { a: '1' } });
    await twin.close();
    await writeFile(join(twin.root, '.meta', `${Bucket}.log`), '{');
    const again = await startS3(twin.root);
    const after = await again.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    await again.stop();
    expect([after.Metadata, after.ContentLength]).toEqual([{}, 5]);
  });
});
