import { createHash } from 'node:crypto';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { oneBucket } from './one-bucket.ts';
import { outcome, presign, type RawRequest, sendRaw } from './raw.ts';

const Bucket = 'data';
const { twin } = oneBucket(Bucket);

const send = (request: RawRequest) => sendRaw(twin.url, request);
const put = async (headers: Record<string, string>, more: Partial<RawRequest> = {}) =>
  outcome(await send({ method: 'PUT', path: '/data/k', body: 'hello', headers, ...more }));
const isThere = async (Key = 'k') =>
  twin.s3.send(new HeadObjectCommand({ Bucket, Key })).then(
    () => true,
    () => false,
  );

describe('an upload is refused by its head', () => {
  it.each([
    [
      'with two checksums',
      { 'x-amz-checksum-crc32': 'NhCmhg==', 'x-amz-checksum-sha1': 'qvTGHdzF6KLavt4PO0gs2a6pQ00=' },
    ],
    [
      'with a checksum beside a trailing one',
      { 'x-amz-checksum-crc32': 'NhCmhg==', 'x-amz-trailer': 'x-amz-checksum-crc32' },
    ],
    ['with a checksum of no such length', { 'x-amz-checksum-crc32': 'NhCmhgAA' }],
    ['with a checksum that is no base64', { 'x-amz-checksum-crc32': '3610a686' }],
    ['with a checksum that S3 has not', { 'x-amz-checksum-md6': 'NhCmhg==' }],
    ['with an algorithm and no checksum', { 'x-amz-sdk-checksum-algorithm': 'CRC32' }],
    [
      'with another algorithm than its checksum’s',
      { 'x-amz-sdk-checksum-algorithm': 'SHA1', 'x-amz-checksum-crc32': 'NhCmhg==' },
    ],
    ['with a trailer that is no checksum', { 'x-amz-trailer': 'x-amz-meta-a' }],
  ])('%s', async (_title, headers) => {
    expect(await put(headers)).toBe('InvalidRequest 400');
    expect(await isThere()).toBe(false);
  });

  it('with a Content-MD5 that can be none, unlike one that is wrong', async () => {
    expect(await put({ 'content-md5': 'hello' })).toBe('InvalidDigest 400');
    const wrong = createHash('md5').update('other').digest('base64');
    expect(await put({ 'content-md5': wrong })).toBe('BadDigest 400');
    expect(await isThere()).toBe(false);
  });

  it('over 5 GiB, of an object or a part, before a byte is read', async () => {
    const size = 5 * 1024 ** 3;
    const claiming = (bytes: number) => ({ 'x-amz-decoded-content-length': String(bytes) });
    expect(await put(claiming(size + 1))).toBe('EntityTooLarge 400');
    expect(await put(claiming(size))).toBe('200');
    const query = { uploadId: 'any', partNumber: '1' };
    expect(await put(claiming(size + 1), { query })).toBe('EntityTooLarge 400');
  });

  it('without a length', async () => {
    const unsigned = { 'transfer-encoding': 'chunked' };
    expect(await put({}, { chunked: true, unsigned })).toBe('NotImplemented 501');
    expect(await isThere()).toBe(false);
  });

  it('that names a version, or a part of no upload', async () => {
    expect(await put({}, { query: { versionId: 'null' } })).toBe('InvalidArgument 400');
    expect(await put({}, { query: { partNumber: '1' } })).toBe('InvalidArgument 400');
    expect(await isThere()).toBe(false);
  });
});

describe('conditions that S3 has not there are refused, not passed over', () => {
  const past = 'Mon, 01 Jan 2001 00:00:00 GMT';
  beforeEach(() => twin.s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'first' })));

  it.each([
    ['if-unmodified-since', past],
    ['if-modified-since', past],
    ['x-amz-write-offset-bytes', '5'],
  ])('of a put: %s', async (name, value) => {
    expect(await put({ [name]: value })).toBe('NotImplemented 501');
    const { Body } = await twin.s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    expect(await Body?.transformToString()).toBe('first');
  });

  it.each([
    ['if-unmodified-since', past],
    ['if-none-match', '*'],
    ['x-amz-if-match-last-modified-time', past],
    ['x-amz-if-match-size', '77'],
  ])('of a delete: %s', async (name, value) => {
    const answer = await send({ method: 'DELETE', path: '/data/k', headers: { [name]: value } });
    expect(outcome(answer)).toBe('NotImplemented 501');
    expect(await isThere()).toBe(true);
  });

  it('a weak tag passes no If-Match, and is as good as a strong one for If-None-Match', async () => {
    const tag = `"${createHash('md5').update('first').digest('hex')}"`;
    expect(await put({ 'if-match': `W/${tag}` })).toBe('PreconditionFailed 412');
    const read = async (name: string, value: string) =>
      outcome(await send({ path: '/data/k', headers: { [name]: value } }));
    expect(await read('if-match', `W/${tag}`)).toBe('PreconditionFailed 412');
    expect(await read('if-match', `"other", ${tag}`)).toBe('200');
    expect(await read('if-none-match', `"other", W/${tag}`)).toBe('304');
    expect(await put({ 'if-match': `"other", ${tag}` })).toBe('200');
  });
});

describe('multi-delete', () => {
  const md5 = (text: string) => createHash('md5').update(text).digest('base64');
  const remove = (xml: string, headers: Record<string, string> = { 'content-md5': md5(xml) }) =>
    send({ method: 'POST', path: '/data', query: { delete: '' }, body: xml, headers });
  const object = (key: string, more = '') => `<Object><Key>${key}</Key>${more}</Object>`;
  beforeEach(() => twin.s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'here' })));

  it.each([
    ['is cut short', `<Delete>${object('k')}<Object><Key>k`],
    ['has an element that is not closed', `<Delete>${object('k')}<Object></Delete>`],
    ['names a key in a comment alone', `<Delete><!-- ${object('k')} --></Delete>`],
    ['has an empty key', `<Delete>${object('k')}${object('')}</Delete>`],
    ['has an entity that is no character', `<Delete>${object('k')}${object('&#x110000;')}</Delete>`],
    ['has something behind its end', `<Delete>${object('k')}</Delete><Delete/>`],
    ['names 1,001 keys', `<Delete>${object('k').repeat(1001)}</Delete>`],
    ['names none', '<Delete></Delete>'],
  ])('deletes nothing by a document that %s', async (_title, xml) => {
    expect(outcome(await remove(xml))).toBe('MalformedXML 400');
    expect(await isThere()).toBe(true);
  });

  it('takes no document that nothing vouches for', async () => {
    expect(outcome(await remove(`<Delete>${object('k')}</Delete>`, {}))).toBe('InvalidRequest 400');
    expect(outcome(await remove(`<Delete>${object('k')}</Delete>`, { 'content-md5': md5('') }))).toBe(
      'BadDigest 400',
    );
    expect(await isThere()).toBe(true);
  });

  it('reads keys in CDATA and in references as they are meant', async () => {
    await twin.s3.send(new PutObjectCommand({ Bucket, Key: 'a&b<é', Body: '1' }));
    const { body } = await remove(`<Delete>${object('<![CDATA[a&b<]]>&#xe9;')}</Delete>`);
    expect(body).toContain('<Key>a&amp;b&lt;é</Key>');
    expect(await isThere('a&b<é')).toBe(false);
  });

  it('is quiet about what it deleted where it is asked to be, and tells what it did not', async () => {
    const objects = object('other') + object('k', '<ETag>"another"</ETag>');
    const { body } = await remove(`<Delete><Quiet>true</Quiet>${objects}</Delete>`);
    expect(body).not.toContain('<Deleted>');
    expect(body).toContain('<Code>PreconditionFailed</Code>');
  });

  it('of 1,000 keys with one that is refused deletes the others', async () => {
    const objects = Array.from({ length: 999 }, (_, index) => object(`n${index}`));
    objects.splice(500, 0, object('k', '<ETag>"another"</ETag>'));
    const { status, body } = await remove(`<Delete>${objects.join('')}</Delete>`);
    expect(status).toBe(200);
    expect(body.match(/<Deleted>/g)).toHaveLength(999);
    expect(body.match(/<Error>.*?<\/Error>/gs)).toEqual([
      expect.stringMatching(/<Key>k<\/Key>.*<Code>PreconditionFailed<\/Code>/),
    ]);
    expect(await isThere()).toBe(true);
  });

  it.each([
    ['a key of 1,025 bytes', object(`${'é'.repeat(512)}x`), 'KeyTooLongError'],
    ['an id that can be no version’s', object('k', '<VersionId>x</VersionId>'), 'NoSuchVersion'],
    ['a size to match', object('k', '<Size>3</Size>'), 'NotImplemented'],
    [
      'a time to match',
      object('k', '<LastModifiedTime>2001-01-01T00:00:00Z</LastModifiedTime>'),
      'NotImplemented',
    ],
  ])('tells of %s beside what it deleted', async (_title, bad, code) => {
    const { status, body } = await remove(`<Delete>${bad}${object('other')}</Delete>`);
    expect(status).toBe(200);
    expect(body).toContain(`<Code>${code}</Code>`);
    expect(body).toContain('<Deleted><Key>other</Key></Deleted>');
    expect(await isThere()).toBe(true);
  });
});

it('a lifecycle configuration wants a digest, and a whole document', async () => {
  const rule =
    '<Rule><Filter><Prefix>a</Prefix></Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>';
  const xml = `<LifecycleConfiguration>${rule}</LifecycleConfiguration>`;
  const md5 = (text: string) => ({ 'content-md5': createHash('md5').update(text).digest('base64') });
  const putRules = async (body: string, headers: Record<string, string>) =>
    outcome(await send({ method: 'PUT', path: '/data', query: { lifecycle: '' }, body, headers }));
  expect(await putRules(xml, {})).toBe('InvalidRequest 400');
  expect(await putRules(xml.slice(0, -5), md5(xml.slice(0, -5)))).toBe('MalformedXML 400');
  expect(await putRules(xml, md5(xml))).toBe('200');
});

describe('a presigned address', () => {
  it('brings the metadata and the class that its query names, and no checksum', async () => {
    const brought = {
      'x-amz-meta-plate': 'P7',
      'x-amz-storage-class': 'STANDARD_IA',
      // Of the empty body, which SDKs have when they sign.
      'x-amz-checksum-crc32': 'AAAAAA==',
      'x-amz-sdk-checksum-algorithm': 'CRC32',
    };
    const answer = await fetch(presign(twin.url, 'PUT', '/data/k', brought), {
      method: 'PUT',
      body: 'hello',
    });
    expect(answer.status).toBe(200);
    const { Metadata, StorageClass } = await twin.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    expect([Metadata, StorageClass]).toEqual([{ plate: 'P7' }, 'STANDARD_IA']);
    expect(await (await fetch(presign(twin.url, 'GET', '/data/k'))).text()).toBe('hello');
  });

  it('that brings what the twin does not heed there is refused, and an ACL as ever', async () => {
    const refused = async (more: Record<string, string>) => {
      const answer = await fetch(presign(twin.url, 'PUT', '/data/k', more), { method: 'PUT', body: 'x' });
      return [answer.status, /<Code>(.*?)</.exec(await answer.text())?.[1]];
    };
    expect(await refused({ 'x-amz-tagging': 'a=1' })).toEqual([501, 'NotImplemented']);
    expect(await refused({ 'x-amz-acl': 'public-read' })).toEqual([400, 'AccessControlListNotSupported']);
    expect(await isThere()).toBe(false);
  });
});
