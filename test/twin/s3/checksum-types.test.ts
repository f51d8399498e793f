import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  HeadObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { checksum } from '../../../lib/twin/s3/wire/checksums.ts';
import { failure, startS3 } from './helper.ts';
import { sendRaw } from './raw.ts';

const Bucket = 'data';
const Key = 'k';
const parts = [Buffer.alloc(5 * 1024 * 1024, 'a'), Buffer.from('tail')];
let twin: Awaited<ReturnType<typeof startS3>>;
beforeAll(async () => {
  twin = await startS3();
  await twin.s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => twin.stop());

const algorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
type Algorithm = (typeof algorithms)[number];
type Type = 'FULL_OBJECT' | 'COMPOSITE';

const begin = (ChecksumAlgorithm?: Algorithm, ChecksumType?: Type) =>
  twin.s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm, ChecksumType }));

/** Uploads the parts under the numbers and gives what completing says of them. */
async function upload(UploadId: string | undefined, ChecksumAlgorithm: Algorithm, numbers = [1, 2]) {
  const name = `Checksum${ChecksumAlgorithm}` as const;
  return Promise.all(
    parts.map(async (Body, index) => {
      const PartNumber = numbers[index];
      const part = { Bucket, Key, UploadId, PartNumber, Body, ChecksumAlgorithm };
      const answer = await twin.s3.send(new UploadPartCommand(part));
      return { PartNumber, ETag: answer.ETag, [name]: answer[name] };
    }),
  );
}

const complete = (UploadId: string | undefined, Parts: object[], more: object = {}) =>
  twin.s3.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }),
  );

async function digest(algorithm: Algorithm, ...pieces: readonly Buffer[]): Promise<string> {
  const running = await checksum(algorithm);
  for (const each of pieces) running.update(each);
  return running.digest();
}

it('the digests are those of other makers', async () => {
  const bytes = Buffer.from('123456789');
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(bytes));
  expect(await digest('CRC32', bytes)).toBe(crc.toString('base64'));
  // The check values of the catalogue of CRCs.
  expect(await digest('CRC32C', bytes)).toBe(Buffer.from('e3069283', 'hex').toString('base64'));
  expect(await digest('CRC64NVME', bytes)).toBe(Buffer.from('ae8b14860a799888', 'hex').toString('base64'));
  expect(await digest('SHA1', bytes)).toBe(createHash('sha1').update(bytes).digest('base64'));
});

describe.each(algorithms)('%s', algorithm => {
  const name = `Checksum${algorithm}` as const;
  const mayBe: readonly Type[] = algorithm.startsWith('SHA')
    ? ['COMPOSITE']
    : algorithm === 'CRC64NVME'
      ? ['FULL_OBJECT']
      : ['COMPOSITE', 'FULL_OBJECT'];

  it.each(mayBe)('of an upload is %s, everywhere the same, and refused when it is wrong', async type => {
    const digests = await Promise.all(parts.map(each => digest(algorithm, each)));
    const own = digests.map(each => Buffer.from(each, 'base64'));
    const value = await digest(algorithm, ...(type === 'FULL_OBJECT' ? parts : own));
    const shown = type === 'FULL_OBJECT' ? value : `${value}-2`;
    const { UploadId, ...begun } = await begin(algorithm, type);
    expect([begun.ChecksumAlgorithm, begun.ChecksumType]).toEqual([algorithm, type]);
    const Parts = await upload(UploadId, algorithm);
    const wrong = await digest(algorithm, Buffer.from('other'));
    expect(await failure(complete(UploadId, Parts, { [name]: wrong }))).toBe('BadDigest 400');
    const wrongPart = [Parts[0]!, { ...Parts[1], [name]: wrong }];
    expect(await failure(complete(UploadId, wrongPart))).toBe('InvalidPart 400');
    const other = type === 'FULL_OBJECT' ? 'COMPOSITE' : 'FULL_OBJECT';
    expect(await failure(complete(UploadId, Parts, { ChecksumType: other }))).toBe('InvalidRequest 400');
    const done = await complete(UploadId, Parts, { [name]: shown, ChecksumType: type });
    expect([done[name], done.ChecksumType]).toEqual([shown, type]);
    const head = await twin.s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    expect([head[name], head.ChecksumType]).toEqual([shown, type]);
    const attributes = await twin.s3.send(
      new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['Checksum', 'ObjectParts'] }),
    );
    expect(attributes.Checksum).toEqual({ [name]: value, ChecksumType: type });
    expect(attributes.ObjectParts?.Parts?.map(each => each[name])).toEqual(Parts.map(each => each[name]));
  });

  const mayNotBe = (['COMPOSITE', 'FULL_OBJECT'] as const).filter(each => !mayBe.includes(each));
  for (const type of mayNotBe) {
    it(`of an upload cannot be ${type}`, async () => {
      expect(await failure(begin(algorithm, type))).toBe('InvalidRequest 400');
    });
  }
});

it('what comes without a checksum has CRC64NVME of all its bytes: objects, uploads and copies', async () => {
  const shown = async () => {
    const head = await twin.s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    const named = Object.entries(head).filter(([name]) => name.startsWith('Checksum'));
    return Object.fromEntries(named);
  };
  const [whole = Buffer.alloc(0)] = parts;
  const put = await sendRaw(twin.url, { method: 'PUT', path: `/${Bucket}/${Key}`, body: whole });
  const ofWhole = { ChecksumCRC64NVME: await digest('CRC64NVME', whole), ChecksumType: 'FULL_OBJECT' };
  expect(put.headers['x-amz-checksum-crc64nvme']).toBe(ofWhole.ChecksumCRC64NVME);
  expect(await shown()).toEqual(ofWhole);

  await writeFile(join(twin.root, Bucket, 'by-hand'), 'tail');
  await twin.s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/by-hand` }));
  expect(await shown()).toEqual({
    ...ofWhole,
    ChecksumCRC64NVME: await digest('CRC64NVME', Buffer.from('tail')),
  });

  const { UploadId = '' } = await begin();
  const Parts: object[] = [];
  for (const [index, body] of parts.entries()) {
    const query = { uploadId: UploadId, partNumber: String(index + 1) };
    const { headers } = await sendRaw(twin.url, { method: 'PUT', path: `/${Bucket}/${Key}`, query, body });
    Parts.push({ PartNumber: index + 1, ETag: headers.etag });
  }
  const wrong = { ChecksumCRC64NVME: ofWhole.ChecksumCRC64NVME };
  expect(await failure(complete(UploadId, Parts, wrong))).toBe('BadDigest 400');
  const done = await complete(UploadId, Parts);
  const ofUpload = { ...ofWhole, ChecksumCRC64NVME: await digest('CRC64NVME', ...parts) };
  expect(done).toMatchObject(ofUpload);
  expect(await shown()).toEqual(ofUpload);
});

it('a type alone is none', async () => {
  expect(await failure(begin(undefined, 'FULL_OBJECT'))).toBe('InvalidRequest 400');
});

it('parts with checksums are numbered from 1 without a gap, others as one likes', async () => {
  for (const numbers of [
    [2, 3],
    [1, 3],
  ]) {
    const { UploadId } = await begin('CRC32', 'FULL_OBJECT');
    const Parts = await upload(UploadId, 'CRC32', numbers);
    expect(await failure(complete(UploadId, Parts))).toBe('InvalidPartOrder 400');
  }
  const { UploadId } = await begin();
  const Parts = await upload(UploadId, 'CRC32', [3, 7]);
  expect(await failure(complete(UploadId, Parts))).toBe('no error');
  const { UploadId: other } = await begin();
  expect(await failure(complete(other, [{ PartNumber: 0, ETag: '"x"' }]))).toBe('InvalidArgument 400');
});
