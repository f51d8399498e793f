import { createHash } from 'node:crypto';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { failure } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'data';
const { twin, put, get, text, keys } = oneBucket(Bucket);

describe('files put in or taken away by hand', () => {
  it('are listed and not listed at once', async () => {
    await put('a/1', 'x');
    expect(await keys()).toEqual(['a/1']);
    await mkdir(join(twin.root, Bucket, 'b'), { recursive: true });
    await writeFile(join(twin.root, Bucket, 'b', '2'), 'hello');
    await writeFile(join(twin.root, Bucket, 'b', 'y'.repeat(220)), 'long');
    await rm(join(twin.root, Bucket, 'a'), { recursive: true });
    expect(await keys()).toEqual(['b/2', `b/${'y'.repeat(220)}`]);
    expect(await keys({ Prefix: 'b/2' })).toEqual(['b/2']);
    expect(await text(`b/${'y'.repeat(220)}`)).toBe('long');
    expect(await failure(get('a/1'))).toBe('NoSuchKey 404');
  });

  it('show in listings with their own size and ETag when they were edited', async () => {
    await put('k', 'before');
    await writeFile(join(twin.root, Bucket, 'k'), 'after it');
    await utimes(join(twin.root, Bucket, 'k'), new Date(), new Date(Date.now() - 5000));
    const { Contents } = await twin.s3.send(new ListObjectsV2Command({ Bucket }));
    const md5 = createHash('md5').update('after it').digest('hex');
    expect(Contents?.map(each => [each.Size, each.ETag])).toEqual([[8, `"${md5}"`]]);
  });
});
