import { createHash } from 'node:crypto';
import { CopyObjectCommand } from '@aws-sdk/client-s3';
import { failure } from './helper.ts';
import { oneBucket } from './one-bucket.ts';

const Bucket = 'data';
const { twin, put, get, text, head } = oneBucket(Bucket);

describe('what S3 refuses, so does the twin', () => {
  it('a key of 1,025 bytes, and takes one of 1,024', async () => {
    expect(await failure(put('k'.repeat(1025), 'x'))).toBe('KeyTooLongError 400');
    await put('k'.repeat(1024), 'x');
    expect(await text('k'.repeat(1024))).toBe('x');
  });

  it('keys of the client’s own for the encryption, which S3 takes over TLS only', async () => {
    const own = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: 'k'.repeat(32) };
    expect(await failure(put('k', 'x', own))).toBe('InvalidRequest 400');
    expect(await failure(get('k'))).toBe('NoSuchKey 404');
  });

  it('a head over 8 KB', async () => {
    expect(await failure(put('k', 'x', { ContentDisposition: 'x'.repeat(8192) }))).toBe(
      'RequestHeaderSectionTooLarge 400',
    );
  });

  it('metadata over 2 KB', async () => {
    expect(await failure(put('k', 'x', { Metadata: { a: 'x'.repeat(2048) } }))).toBe('MetadataTooLarge 400');
    expect(await failure(put('k', 'x', { Metadata: { a: 'x'.repeat(2047) } }))).toBe('no error');
  });

  it('a wrong Content-MD5, leaving what was there', async () => {
    await put('k', 'old');
    const md5 = createHash('md5').update('other').digest('base64');
    expect(await failure(put('k', 'new', { ContentMD5: md5 }))).toBe('BadDigest 400');
    expect(await text('k')).toBe('old');
  });

  it('a copy of an object onto itself that changes nothing', async () => {
    await put('k', 'x');
    const copy = (rest: object) =>
      twin.s3.send(new CopyObjectCommand({ Bucket, Key: 'k', CopySource: `${Bucket}/k`, ...rest }));
    expect(await failure(copy({}))).toBe('InvalidRequest 400');
    await copy({ MetadataDirective: 'REPLACE', Metadata: { new: 'yes' } });
    expect((await head('k')).Metadata).toEqual({ new: 'yes' });
  });

  it('reads from the archive classes', async () => {
    await put('cold', 'x', { StorageClass: 'DEEP_ARCHIVE' });
    expect(await failure(get('cold'))).toBe('InvalidObjectState 403');
    expect((await head('cold')).StorageClass).toBe('DEEP_ARCHIVE');
  });
});
