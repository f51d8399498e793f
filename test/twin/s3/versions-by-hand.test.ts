import { rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { startS3 } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'data';
const { twin, put, keys, text: textOf } = oneBucket(Bucket);
const versioning = (Status: 'Enabled' | 'Suspended') =>
  twin.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
const text = (Key: string, VersionId?: string) => textOf(Key, { VersionId });
const list = (rest: object = {}, s3 = twin.s3) => s3.send(new ListObjectVersionsCommand({ Bucket, ...rest }));

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

  it('that come back after their key was deleted are the newest version, and stay it when the twin starts again', async () => {
    const [file, away] = [join(twin.root, Bucket, 'k'), join(twin.root, 'elsewhere')];
    await put('k', 'text', { ContentType: 'text/csv' });
    await rename(file, away);
    expect(await keys()).toEqual([]);
    await versioning('Enabled');
    await twin.s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await rename(away, file);
    const latest = async (s3 = twin.s3) => {
      const { Versions = [], DeleteMarkers = [] } = await list({}, s3);
      return [Versions, DeleteMarkers].map(each => each.map(({ IsLatest }) => IsLatest));
    };
    expect([await text('k'), await latest()]).toEqual(['text', [[true], [false]]]);
    await twin.close();
    const again = await startS3(twin.root);
    expect(await latest(again.s3)).toEqual([[true], [false]]);
    await again.stop();
  });
});
