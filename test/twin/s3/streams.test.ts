import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { failure } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'data';
const { twin, put, get, head, keys } = oneBucket(Bucket);

describe('streams', () => {
  it('of many chunks arrive whole, up and down', async () => {
    const pieces = Array.from({ length: 40 }, () => randomBytes(100_000));
    const whole = Buffer.concat(pieces);
    await put('big', Readable.from(pieces) as unknown as Buffer, { ContentLength: whole.length });
    const back = await (await get('big')).Body?.transformToByteArray();
    expect(Buffer.compare(Buffer.from(back ?? []), whole)).toBe(0);
    expect((await head('big')).ETag).toBe(`"${createHash('md5').update(whole).digest('hex')}"`);
  });

  it('of a read keep to the version they began with', async () => {
    const old = Buffer.alloc(8 * 1024 * 1024, 'o');
    await put('k', old);
    const reading = await get('k');
    await put('k', Buffer.alloc(8 * 1024 * 1024, 'n'));
    const back = Buffer.from((await reading.Body?.transformToByteArray()) ?? []);
    expect(Buffer.compare(back, old)).toBe(0);
  });

  it('leave nothing behind in the waiting room', async () => {
    await put('k', 'x');
    await failure(put('k', 'y', { IfNoneMatch: '*' }));
    await failure(put('k', 'y', { ContentMD5: createHash('md5').update('other').digest('base64') }));
    const waiting = (await readdir(join(twin.root, '.meta'))).filter(name => name.startsWith('.incoming'));
    expect(waiting).toEqual([]);
  });

  it('of writes and deletes in one folder do not trip over each other', async () => {
    const work = Array.from({ length: 60 }, async (_, i) => {
      await put(`dir/sub/${i % 6}`, String(i));
      await twin.s3.send(new DeleteObjectCommand({ Bucket, Key: `dir/sub/${(i + 1) % 6}` }));
    });
    await Promise.all(work);
    for (const key of await keys()) await twin.s3.send(new DeleteObjectCommand({ Bucket, Key: key }));
    expect(await readdir(join(twin.root, Bucket))).toEqual([]);
  });
});
