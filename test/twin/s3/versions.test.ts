import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { failure } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'data';
const { twin, put, keys, text: textOf } = oneBucket(Bucket);
const versioning = (Status: 'Enabled' | 'Suspended') =>
  twin.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
const text = (Key: string, VersionId?: string) => textOf(Key, { VersionId });
const remove = (Key: string, VersionId?: string) =>
  twin.s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
const list = (rest: object = {}, s3 = twin.s3) => s3.send(new ListObjectVersionsCommand({ Bucket, ...rest }));

describe('versioning', () => {
  it('is off at first, and nothing carries a version then', async () => {
    expect((await twin.s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    expect((await put('k', 'x')).VersionId).toBeUndefined();
    expect((await remove('k')).DeleteMarker).toBeUndefined();
    expect((await list()).Versions ?? []).toEqual([]);
  });

  it('keeps every version, each to be read and headed by its id, the current one as a plain file', async () => {
    await put('a/k', 'before');
    await versioning('Enabled');
    const one = await put('a/k', 'one');
    const two = await put('a/k', 'two');
    expect([await text('a/k'), await text('a/k', one.VersionId), await text('a/k', 'null')]).toEqual([
      'two',
      'one',
      'before',
    ]);
    const head = await twin.s3.send(new HeadObjectCommand({ Bucket, Key: 'a/k', VersionId: one.VersionId }));
    expect([head.VersionId, head.ETag, head.ContentLength]).toEqual([one.VersionId, one.ETag, 3]);
    expect(await readFile(join(twin.root, Bucket, 'a/k'), 'utf8')).toBe('two');
    expect(await readdir(join(twin.root, Bucket, 'a'))).toEqual(['k']);
    const { Versions } = await list();
    expect(Versions?.map(each => [each.VersionId, each.IsLatest, each.Size])).toEqual([
      [two.VersionId, true, 3],
      [one.VersionId, false, 3],
      ['null', false, 6],
    ]);
    expect(await keys()).toEqual(['a/k']);
  });

  it('answers a delete with a marker, whose removal brings the object back', async () => {
    await versioning('Enabled');
    const { VersionId } = await put('k', 'x', { Metadata: { plate: '7' } });
    const marker = await remove('k');
    expect([marker.DeleteMarker, typeof marker.VersionId]).toEqual([true, 'string']);
    expect(await failure(text('k'))).toBe('NoSuchKey 404');
    expect(await failure(text('k', marker.VersionId))).toBe('MethodNotAllowed 405');
    expect([await keys(), await text('k', VersionId)]).toEqual([[], 'x']);
    const { DeleteMarkers } = await list();
    expect(DeleteMarkers?.map(each => [each.VersionId, each.IsLatest])).toEqual([[marker.VersionId, true]]);
    const undone = await remove('k', marker.VersionId);
    expect([undone.DeleteMarker, undone.VersionId]).toEqual([true, marker.VersionId]);
    const head = await twin.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    expect([head.VersionId, head.Metadata, await text('k')]).toEqual([VersionId, { plate: '7' }, 'x']);
    expect(await readFile(join(twin.root, Bucket, 'k'), 'utf8')).toBe('x');
  });

  it('says in its headers that what is not there is a delete marker', async () => {
    await versioning('Enabled');
    await put('k', 'x');
    const { VersionId } = await remove('k');
    const error = await twin.s3
      .send(new HeadObjectCommand({ Bucket, Key: 'k' }))
      .catch(reason => reason.$response.headers);
    expect([error['x-amz-delete-marker'], error['x-amz-version-id']]).toEqual(['true', VersionId]);
    const byId = await twin.s3
      .send(new HeadObjectCommand({ Bucket, Key: 'k', VersionId }))
      .catch(reason => reason.$response);
    expect([byId.statusCode, byId.headers.allow]).toEqual([405, 'DELETE']);
  });

  it('makes the version before current when the current one is removed for good', async () => {
    await versioning('Enabled');
    const one = await put('k', 'one');
    const two = await put('k', 'two');
    await remove('k', two.VersionId);
    expect([await text('k'), (await list()).Versions?.length]).toEqual(['one', 1]);
    await remove('k', one.VersionId);
    expect(await failure(text('k'))).toBe('NoSuchKey 404');
    await twin.s3.send(new DeleteBucketCommand({ Bucket }));
    await twin.s3.send(new CreateBucketCommand({ Bucket }));
    expect((await twin.s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
  });

  it('refuses to remove a bucket that has old versions', async () => {
    await versioning('Enabled');
    await put('k', 'x');
    await remove('k');
    expect(await failure(twin.s3.send(new DeleteBucketCommand({ Bucket })))).toBe('BucketNotEmpty 409');
  });

  it('tells unknown versions from ids that can be none', async () => {
    await versioning('Enabled');
    await put('k', 'x');
    expect(await failure(text('k', 'a'.repeat(32)))).toBe('NoSuchVersion 404');
    expect(await failure(text('k', 'nonsense!'))).toBe('InvalidArgument 400');
    expect(await failure(remove('k', 'a'.repeat(32)))).toBe('no error');
  });

  it('when suspended overwrites the null version alone', async () => {
    await versioning('Enabled');
    const kept = await put('k', 'kept');
    await versioning('Suspended');
    expect((await put('k', 'null 1')).VersionId).toBe('null');
    await put('k', 'null 2');
    expect((await list()).Versions?.map(each => each.VersionId)).toEqual(['null', kept.VersionId]);
    const marker = await remove('k');
    expect([marker.DeleteMarker, marker.VersionId]).toEqual([true, 'null']);
    const after = await list();
    expect([after.Versions?.length, after.DeleteMarkers?.length]).toEqual([1, 1]);
    expect(await text('k', kept.VersionId)).toBe('kept');
    await put('k', 'null 3');
    expect((await list()).DeleteMarkers ?? []).toEqual([]);
  });

  it('goes through multi-delete: markers, versions by id, and refusals by key', async () => {
    await versioning('Enabled');
    const one = await put('a', 'one');
    await put('b', 'x');
    const { ETag } = await put('c', 'x');
    const answer = await twin.s3.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: {
          Objects: [
            { Key: 'a', VersionId: one.VersionId },
            { Key: 'b' },
            { Key: 'c', ETag: '"other"' },
            { Key: 'c', ETag },
          ],
        },
      }),
    );
    expect(answer.Deleted?.map(each => [each.Key, each.VersionId, each.DeleteMarker])).toEqual([
      ['a', one.VersionId, undefined],
      ['b', undefined, true],
      ['c', undefined, true],
    ]);
    expect(answer.Errors?.map(each => [each.Key, each.Code])).toEqual([['c', 'PreconditionFailed']]);
    const { Versions } = await list();
    expect(Versions?.map(each => each.Key)).toEqual(['b', 'c']);
  });

  it('gives uploads and copies their versions, and copies from an old one', async () => {
    await versioning('Enabled');
    const one = await put('k', 'one');
    await put('k', 'two');
    const copy = await twin.s3.send(
      new CopyObjectCommand({ Bucket, Key: 'k', CopySource: `${Bucket}/k?versionId=${one.VersionId}` }),
    );
    expect([copy.CopySourceVersionId, await text('k')]).toEqual([one.VersionId, 'one']);
    const { UploadId } = await twin.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k' }));
    const { ETag } = await twin.s3.send(
      new UploadPartCommand({ Bucket, Key: 'k', UploadId, PartNumber: 1, Body: 'parts' }),
    );
    const done = await twin.s3.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key: 'k',
        UploadId,
        MultipartUpload: { Parts: [{ ETag, PartNumber: 1 }] },
      }),
    );
    expect((await list()).Versions?.[0]?.VersionId).toBe(done.VersionId);
    expect((await list()).Versions).toHaveLength(4);
  });

  it('If-None-Match sees a delete marker as nothing', async () => {
    await versioning('Enabled');
    await put('k', 'x');
    expect(await failure(put('k', 'y', { IfNoneMatch: '*' }))).toBe('PreconditionFailed 412');
    await remove('k');
    expect(await failure(put('k', 'y', { IfNoneMatch: '*' }))).toBe('no error');
  });
});

describe('the listing of versions', () => {
  it('goes on from page to page inside a key, and groups by delimiter', async () => {
    await versioning('Enabled');
    for (const key of ['a', 'b', 'b', 'b', 'c/1', 'c/2', 'd']) await put(key, 'x');
    await remove('a');
    const seen: string[] = [];
    const prefixes: (string | undefined)[] = [];
    let marker: object = {};
    for (let pages = 0; pages < 20; pages++) {
      const page = await list({ MaxKeys: 2, Delimiter: '/', ...marker });
      const of = [...(page.DeleteMarkers ?? []), ...(page.Versions ?? [])];
      seen.push(...of.map(each => `${each.Key} ${each.VersionId}`));
      prefixes.push(...(page.CommonPrefixes ?? []).map(each => each.Prefix));
      if (!page.IsTruncated) break;
      marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
    const all = await list();
    const whole = [...(all.DeleteMarkers ?? []), ...(all.Versions ?? [])]
      .filter(each => !each.Key?.startsWith('c/'))
      .map(each => `${each.Key} ${each.VersionId}`);
    expect(seen.sort()).toEqual(whole.sort());
    expect(seen).toHaveLength(6);
    expect(prefixes).toEqual(['c/']);
  });
});
