import { HeadObjectCommand, ListObjectsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'data';
const { twin, put, keys } = oneBucket(Bucket);

describe('listing', () => {
  it('of version 1 goes on by marker', async () => {
    for (const key of ['a', 'b', 'c']) await put(key, 'x');
    const first = await twin.s3.send(new ListObjectsCommand({ Bucket, MaxKeys: 2 }));
    expect([first.IsTruncated, first.Contents?.map(each => each.Key)]).toEqual([true, ['a', 'b']]);
    const next = await twin.s3.send(new ListObjectsCommand({ Bucket, Marker: 'b' }));
    expect(next.Contents?.map(each => each.Key)).toEqual(['c']);
  });

  it('starts after a key, counts, and takes zero', async () => {
    for (const key of ['a', 'b', 'c']) await put(key, 'x');
    expect(await keys({ StartAfter: 'a' })).toEqual(['b', 'c']);
    const none = await twin.s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }));
    expect([none.KeyCount, none.IsTruncated]).toEqual([0, false]);
  });

  it('tells of an object’s checksum, and of its owner to who asks in version 2', async () => {
    await put('k', 'x', { ChecksumAlgorithm: 'SHA256' });
    const rows = async (more: object = {}) =>
      (await twin.s3.send(new ListObjectsV2Command({ Bucket, ...more }))).Contents;
    const checksum = { ChecksumAlgorithm: ['SHA256'], ChecksumType: 'FULL_OBJECT' };
    expect(await rows()).toEqual([expect.objectContaining(checksum)]);
    expect((await rows())?.[0]?.Owner).toBeUndefined();
    expect((await rows({ FetchOwner: true }))?.[0]?.Owner).toBeDefined();
    const first = await twin.s3.send(new ListObjectsCommand({ Bucket }));
    expect(first.Contents?.[0]).toMatchObject({ ...checksum, Owner: { ID: expect.any(String) } });
  });

  it('tells when objects were written to the second, as all else that S3 says of them', async () => {
    for (const key of ['a', 'b', 'c']) await put(key, 'x');
    const head = await twin.s3.send(new HeadObjectCommand({ Bucket, Key: 'c' }));
    const listed = await twin.s3.send(new ListObjectsV2Command({ Bucket }));
    const times = listed.Contents!.map(each => each.LastModified!.getTime());
    expect(times.map(time => time % 1000)).toEqual([0, 0, 0]);
    expect(times[2]).toBe(head.LastModified!.getTime());
  });

  it('orders keys above U+FFFF after all others, as their bytes are', async () => {
    for (const key of ['\u{1f600}', '\uff5e', 'z']) await put(key, 'x');
    expect(await keys()).toEqual(['z', '\uff5e', '\u{1f600}']);
  });
});
