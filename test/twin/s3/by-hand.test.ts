import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { runs } from '../../helpers/runs.ts';
import { failure } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'data';
const { twin, put, get, text, keys, head } = oneBucket(Bucket);

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

  it('are what they were when they come back, though they were missed meanwhile', async () => {
    const bucket = join(twin.root, Bucket);
    await put('a/k', 'text', { ContentType: 'text/csv', Metadata: { plate: 'P1' } });
    const { LastModified, ETag } = await head('a/k');
    await rename(join(bucket, 'a/k'), join(twin.root, 'elsewhere'));
    expect([await keys(), await failure(get('a/k'))]).toEqual([[], 'NoSuchKey 404']);
    await rename(join(twin.root, 'elsewhere'), join(bucket, 'a/k'));
    expect(await keys()).toEqual(['a/k']);
    expect(await head('a/k')).toMatchObject({
      ContentType: 'text/csv',
      Metadata: { plate: 'P1' },
      LastModified,
      ETag,
    });
  });

  it('that had to leave their name to a folder may come back to it, and are what they were', async () => {
    const bucket = join(twin.root, Bucket);
    await put('a', 'text', { ContentType: 'text/csv' });
    await put('a/b', 'x');
    await rm(join(bucket, 'a'), { recursive: true });
    await rename(join(bucket, '%~=a'), join(bucket, 'a'));
    expect(await keys()).toEqual(['a']);
    expect([await text('a'), (await head('a')).ContentType]).toEqual(['text', 'text/csv']);
    await put('a', 'more');
    expect([await text('a'), await readdir(bucket)]).toEqual(['more', ['a']]);
  });

  it('folders that have files are common prefixes, and no others, whatever came and went by hand', async () => {
    const bucket = join(twin.root, Bucket);
    const long = 'l'.repeat(300);
    const key = fc.constantFrom(
      'a/1',
      'a/2',
      'a/x/1',
      'b/1',
      'b/x/y/1',
      'c',
      '%~d/1',
      `${long}1/1`,
      `${long}2/1`,
    );
    const step = fc.oneof(
      fc.record({ what: fc.constantFrom('put', 'write', 'unlink'), key }),
      fc.record({ what: fc.constant('rmdir'), key: fc.constantFrom('a', 'b', 'a/x', 'b/x') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async steps => {
        await rm(bucket, { recursive: true });
        await mkdir(bucket);
        const there = new Set<string>();
        for (const { what, key } of steps) {
          if (what === 'put') await put(key, what);
          else if (what === 'rmdir') await rm(join(bucket, key), { recursive: true, force: true });
          else if (what === 'unlink' && !/^(l|%)/.test(key)) await rm(join(bucket, key), { force: true });
          else if (what === 'write' && !/^(l|%)/.test(key)) {
            await mkdir(dirname(join(bucket, key)), { recursive: true });
            await writeFile(join(bucket, key), what);
          } else continue;
          if (what === 'put' || what === 'write') there.add(key);
          else for (const each of there) if (each === key || each.startsWith(`${key}/`)) there.delete(each);
        }
        for (const Prefix of ['', 'a/', 'b/x/', 'b']) {
          const { Contents = [], CommonPrefixes = [] } = await twin.s3.send(
            new ListObjectsV2Command({ Bucket, Prefix, Delimiter: '/' }),
          );
          const seen = [
            ...Contents.map(each => each.Key!),
            ...CommonPrefixes.map(each => each.Prefix!),
          ].sort();
          const of = [...there].filter(each => each.startsWith(Prefix));
          const cut = of.map(each => {
            const end = each.indexOf('/', Prefix.length);
            return end < 0 ? each : each.slice(0, end + 1);
          });
          expect(seen).toEqual([...new Set(cut)].sort());
        }
      }),
      { numRuns: runs(60) },
    );
  });
});
