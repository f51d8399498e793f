import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { failure } from './helper.ts';
import { oneBucket } from './one-bucket.ts';
import { outcome, type RawRequest, sendRaw } from './raw.ts';

const Bucket = 'data';
const { twin, put, text } = oneBucket(Bucket);
beforeEach(() => put('k', '0123456789'));

const send = (request: RawRequest) => sendRaw(twin.url, request);
describe('a range', () => {
  it.each([
    ['bytes=0-0', '206', '0'],
    ['bytes=-3', '206', '789'],
    ['bytes=-30', '206', '0123456789'],
    ['bytes=9-100', '206', '9'],
    ['bytes=10-', 'InvalidRange 416', ''],
    ['bytes=-0', 'InvalidRange 416', ''],
    // What is no single range is none at all.
    ['bytes=5-2', '200', '0123456789'],
    ['bytes=0-1,3-4', '200', '0123456789'],
    ['bytes=-', '200', '0123456789'],
    ['lines=0-1', '200', '0123456789'],
  ])('%s is %s', async (range, status, bytes) => {
    const answer = await send({ path: '/data/k', headers: { range } });
    expect(outcome(answer)).toBe(status);
    if (bytes) expect(answer.body).toBe(bytes);
    const head = await send({ method: 'HEAD', path: '/data/k', headers: { range } });
    expect(String(head.status)).toBe(status.slice(-3));
  });

  it('of nothing is not satisfiable, whichever it is', async () => {
    await twin.s3.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: '' }));
    for (const range of ['bytes=0-', 'bytes=0-0', 'bytes=-5'])
      expect(outcome(await send({ path: '/data/empty', headers: { range } }))).toBe('InvalidRange 416');
    expect(outcome(await send({ path: '/data/empty' }))).toBe('200');
  });
});

it('a part’s number is one that S3 has, and no range stands beside it', async () => {
  const part = async (partNumber: string, headers: Record<string, string> = {}) =>
    outcome(await send({ path: '/data/k', query: { partNumber }, headers }));
  expect(await part('1')).toBe('206');
  expect(await part('2')).toBe('InvalidPartNumber 416');
  for (const number of ['0', '-1', '10001', '1.0', 'one', ''])
    expect(await part(number)).toBe('InvalidArgument 400');
  expect(await part('1', { range: 'bytes=0-1' })).toBe('InvalidRequest 400');
});

it('the answer’s headers that a request may say are six, of characters that a header can have', async () => {
  const read = (query: Record<string, string>) => send({ path: '/data/k', query });
  const disposition = 'attachment; filename="plate.tar"';
  const answer = await read({ 'response-content-disposition': disposition, 'response-expires': '0' });
  expect([answer.headers['content-disposition'], answer.headers.expires]).toEqual([disposition, '0']);
  expect(outcome(await read({ 'response-content-disposition': 'filename="プレート"' }))).toBe(
    'InvalidArgument 400',
  );
  expect(outcome(await read({ 'response-content-type': 'a\r\nset-cookie: b' }))).toBe('InvalidArgument 400');
  for (const name of ['response-content-length', 'response-etag', 'response-set-cookie'])
    expect(outcome(await read({ [name]: '3' }))).toBe('NotImplemented 501');
});

describe('a copy', () => {
  const copy = async (headers: Record<string, string>) =>
    outcome(await send({ method: 'PUT', path: '/data/copy', headers }));

  it.each([
    ['of no key', { 'x-amz-copy-source': 'data' }, 'InvalidArgument 400'],
    ['of an empty key', { 'x-amz-copy-source': 'data/' }, 'InvalidArgument 400'],
    ['of what can be no version', { 'x-amz-copy-source': 'data/k?versionId=x' }, 'InvalidArgument 400'],
    [
      'of a version that is not there',
      { 'x-amz-copy-source': `data/k?versionId=${'a'.repeat(32)}` },
      'NoSuchVersion 404',
    ],
    [
      'with a directive that is none',
      { 'x-amz-copy-source': 'data/k', 'x-amz-metadata-directive': 'KEEP' },
      'InvalidArgument 400',
    ],
    [
      'with a tagging directive that is none',
      { 'x-amz-copy-source': 'data/k', 'x-amz-tagging-directive': 'KEEP' },
      'InvalidArgument 400',
    ],
    [
      'with a checksum that S3 has not',
      { 'x-amz-copy-source': 'data/k', 'x-amz-checksum-algorithm': 'MD6' },
      'InvalidRequest 400',
    ],
    [
      'from another owner’s bucket',
      { 'x-amz-copy-source': 'data/k', 'x-amz-source-expected-bucket-owner': '111111111111' },
      'AccessDenied 403',
    ],
  ])('%s is refused', async (_title, headers, wanted) => {
    expect(await copy(headers)).toBe(wanted);
    expect(await failure(text('copy'))).toBe('NoSuchKey 404');
  });

  it.each([
    [{ 'x-amz-copy-source-if-match': '"other"' }, 'PreconditionFailed 412'],
    [{ 'x-amz-copy-source-if-none-match': '*' }, 'PreconditionFailed 412'],
    [{ 'x-amz-copy-source-if-modified-since': 'Mon, 01 Jan 2091 00:00:00 GMT' }, 'PreconditionFailed 412'],
    [{ 'x-amz-copy-source-if-unmodified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' }, 'PreconditionFailed 412'],
    [{ 'if-match': '*' }, 'NoSuchKey 404'],
    [{ 'x-amz-copy-source-if-match': '*', 'if-none-match': '*' }, '200'],
  ])('on conditions %j of its source and its place', async (conditions, wanted) => {
    const headers: Record<string, string> = { 'x-amz-copy-source': 'data/k' };
    expect(await copy({ ...headers, ...conditions })).toBe(wanted);
    expect(await failure(text('copy'))).toBe(wanted === '200' ? 'no error' : 'NoSuchKey 404');
    if (wanted === '200') expect(await copy({ ...headers, ...conditions })).toBe('PreconditionFailed 412');
  });

  it('of an object is of all of it: ranges are for parts', async () => {
    await copy({ 'x-amz-copy-source': 'data/k', 'x-amz-copy-source-range': 'bytes=0-1' });
    expect(await text('copy')).toBe('0123456789');
  });

  it('has the one checksum that it asks for, or that of its source', async () => {
    const CopySource = `${Bucket}/k`;
    const asked = { Bucket, Key: 'copy', CopySource, ChecksumAlgorithm: 'SHA256' } as const;
    const { CopyObjectResult } = await twin.s3.send(new CopyObjectCommand(asked));
    expect(CopyObjectResult).toMatchObject({
      ChecksumType: 'FULL_OBJECT',
      ChecksumSHA256: expect.any(String),
    });
    expect(CopyObjectResult?.ChecksumCRC32).toBeUndefined();
    const kept = await twin.s3.send(new CopyObjectCommand({ Bucket, Key: 'kept', CopySource }));
    const source = await twin.s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' }));
    expect(kept.CopyObjectResult?.ChecksumCRC32).toBe(source.ChecksumCRC32);
  });

  it('onto itself brings an old version back', async () => {
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await twin.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    const { VersionId } = await twin.s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'old' }));
    await twin.s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'new' }));
    const CopySource = `${Bucket}/k?versionId=${VersionId}`;
    const copied = await twin.s3.send(new CopyObjectCommand({ Bucket, Key: 'k', CopySource }));
    expect(copied.CopySourceVersionId).toBe(VersionId);
    expect(copied.VersionId).not.toBe(VersionId);
    expect(await text('k')).toBe('old');
  });
});

describe('a range that is copied as a part', () => {
  it.each([
    ['bytes=2-4', '200'],
    ['bytes=0-9', '200'],
    ['bytes=0-10', 'InvalidArgument 400'],
    ['bytes=10-11', 'InvalidArgument 400'],
    ['bytes=4-2', 'InvalidArgument 400'],
    ['bytes=0-', 'InvalidArgument 400'],
    ['bytes=-5', 'InvalidArgument 400'],
    ['0-2', 'InvalidArgument 400'],
    ['bytes=0-2,4-5', 'InvalidArgument 400'],
  ])('%s is %s', async (range, wanted) => {
    const begun = new CreateMultipartUploadCommand({ Bucket, Key: 'copy' });
    const { UploadId = '' } = await twin.s3.send(begun);
    const headers = { 'x-amz-copy-source': 'data/k', 'x-amz-copy-source-range': range };
    const query = { uploadId: UploadId, partNumber: '1' };
    expect(outcome(await send({ method: 'PUT', path: '/data/copy', query, headers }))).toBe(wanted);
  });
});
