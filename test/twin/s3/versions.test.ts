import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
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
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { failure, startS3 } from './helper.ts';

const Bucket = 'data';
let twin: Awaited<ReturnType<typeof startS3>>;
beforeEach(async () => {
  twin = await startS3();
  await twin.s3.send(new CreateBucketCommand({ Bucket }));
});
afterEach(() => twin.stop());

const versioning = (Status: 'Enabled' | 'Suspended') =>
  twin.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
const put = (Key: string, Body: string, rest: object = {}) =>
  twin.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...rest }));
const text = async (Key: string, VersionId?: string) =>
  (await twin.s3.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString();
const remove = (Key: string, VersionId?: string) =>
  twin.s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
const list = (rest: object = {}, s3 = twin.s3) => s3.send(new ListObjectVersionsCommand({ Bucket, ...rest }));
const keys = async () =>
  ((await twin.s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(each => each.Key);

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

describe('files that somebody changes by hand in a bucket with versions', () => {
  it('are a new version when edited, and a delete marker when gone', async () => {
    await versioning('Enabled');
    const one = await put('k', 'one');
    const two = await put('k', 'two');
    await writeFile(join(twin.root, Bucket, 'k'), 'by hand');
    await utimes(join(twin.root, Bucket, 'k'), new Date(), new Date(Date.now() - 5000));
    const edited = await twin.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    expect([one.VersionId, two.VersionId]).not.toContain(edited.VersionId);
    expect([await text('k'), await text('k', one.VersionId)]).toEqual(['by hand', 'one']);
    await rm(join(twin.root, Bucket, 'k'));
    expect(await keys()).toEqual([]);
    const { DeleteMarkers, Versions } = await list();
    expect([DeleteMarkers?.map(each => each.IsLatest), Versions?.map(each => each.VersionId)]).toEqual([
      [true],
      [one.VersionId],
    ]);
  });

  it('while the twin was down are noticed just so, once', async () => {
    await versioning('Enabled');
    await put('gone', 'one');
    await put('gone', 'two');
    await put('stays', 'x');
    await twin.close();
    await rm(join(twin.root, Bucket, 'gone'));
    await writeFile(join(twin.root, Bucket, 'new'), 'dropped');
    for (let starts = 0; starts < 2; starts++) {
      const again = await startS3(twin.root);
      const { Versions, DeleteMarkers } = await list({}, again.s3);
      expect(DeleteMarkers?.map(each => [each.Key, each.IsLatest])).toEqual([['gone', true]]);
      expect(Versions?.map(each => [each.Key, each.IsLatest])).toEqual([
        ['gone', false],
        ['new', true],
        ['stays', true],
      ]);
      await again.stop();
    }
  });
});

/** A key's versions, the oldest first, as the documentation has them. */
interface Version {
  readonly id: string;
  readonly body: string | undefined;
}

it('any series of puts, deletes, suspensions and restarts leaves the versions that S3 would have', async () => {
  const operation = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('put' as const),
        body: fc.string({ minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('delete version' as const), which: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('Enabled' as const, 'Suspended' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  );
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 14 }), async operations => {
      const Bucket = `bucket-${round++}`;
      let at = await startS3(twin.root);
      const model: Version[] = [];
      let state: 'Enabled' | 'Suspended' | undefined;
      const add = (id: string, body: string | undefined) => {
        if (id === 'null') drop('null');
        model.push({ id, body });
      };
      const drop = (id: string) => {
        const index = model.findIndex(each => each.id === id);
        if (index >= 0) model.splice(index, 1);
      };
      try {
        await at.s3.send(new CreateBucketCommand({ Bucket }));
        for (const each of operations) {
          if (each.do === 'put') {
            const { VersionId = 'null' } = await at.s3.send(
              new PutObjectCommand({ Bucket, Key: 'k', Body: each.body }),
            );
            add(VersionId, each.body);
          } else if (each.do === 'delete') {
            const { VersionId } = await at.s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
            if (state === undefined) drop('null');
            else add(VersionId ?? 'null', undefined);
          } else if (each.do === 'delete version') {
            const id = model[each.which]?.id ?? 'null';
            await at.s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: id }));
            drop(id);
          } else if (each.do === 'restart') {
            await at.stop();
            at = await startS3(twin.root);
          } else {
            state = each.do;
            const VersioningConfiguration = { Status: state };
            await at.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
          }
        }
        const listed = await at.s3.send(new ListObjectVersionsCommand({ Bucket }));
        const found = [...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])];
        expect(found.map(each => each.VersionId).sort()).toEqual(model.map(each => each.id).sort());
        expect(found.filter(each => each.IsLatest).map(each => each.VersionId)).toEqual(
          model.slice(-1).map(each => each.id),
        );
        for (const { id, body } of model) {
          const got = at.s3
            .send(new GetObjectCommand({ Bucket, Key: 'k', VersionId: id }))
            .then(answer => answer.Body?.transformToString());
          if (body === undefined) expect(await failure(got)).toBe('MethodNotAllowed 405');
          else expect(await got).toBe(body);
        }
        const onDisk = await readFile(join(at.root, Bucket, 'k'), 'utf8').catch(() => undefined);
        expect(onDisk).toBe(model.at(-1)?.body);
      } finally {
        await at.stop();
      }
    }),
    { numRuns: 60 },
  );
});
