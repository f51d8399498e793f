import { failure } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'data';
const { put, get, text } = oneBucket(Bucket);

describe('conditions', () => {
  it('of a read answer 304 or 412 as S3 does', async () => {
    const { ETag } = await put('k', 'x');
    const earlier = new Date(Date.now() - 3_600_000);
    const later = new Date(Date.now() + 3_600_000);
    expect(await failure(get('k', { IfNoneMatch: ETag }))).toMatch(/304$/);
    expect(await failure(get('k', { IfModifiedSince: later }))).toMatch(/304$/);
    expect(await failure(get('k', { IfMatch: '"other"' }))).toBe('PreconditionFailed 412');
    expect(await failure(get('k', { IfUnmodifiedSince: earlier }))).toBe('PreconditionFailed 412');
    expect(await text('k', { IfMatch: ETag, IfUnmodifiedSince: earlier })).toBe('x');
    expect(await text('k', { IfNoneMatch: '"other"', IfModifiedSince: later })).toBe('x');
  });

  it('of a write: If-Match wants the object and its ETag', async () => {
    expect(await failure(put('k', 'x', { IfMatch: '"a"' }))).toBe('NoSuchKey 404');
    const { ETag } = await put('k', 'x');
    expect(await failure(put('k', 'y', { IfMatch: '"a"' }))).toBe('PreconditionFailed 412');
    const tries = await Promise.all(
      ['1', '2', '3', '4'].map(body => failure(put('k', body, { IfMatch: ETag }))),
    );
    expect(tries.filter(each => each === 'no error')).toHaveLength(1);
  });
});
