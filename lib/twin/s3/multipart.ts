import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { SignedRequest } from '../http/service.ts';
import { type Bucket, type Received, receive } from './bucket.ts';
import { type ChecksumAlgorithm, checksum, checksumAlgorithms, checksumHeader } from './checksums.ts';
import { checkWrite } from './conditions.ts';
import { readXml } from './delete-many.ts';
import { s3Errors } from './errors.ts';
import { checkCopySource, checksumHeaders, readRange, sendXml } from './objects.ts';
import { keptHeaders, receiveBody } from './upload-body.ts';
import { blocksOf, textsOf, xmlDocument } from './xml.ts';

interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly algorithm?: ChecksumAlgorithm;
  readonly type?: 'FULL_OBJECT' | 'COMPOSITE';
  readonly initiated: string;
}

interface Part {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  readonly checksums: Received['checksums'];
  readonly at: string;
}

const smallestPart = 5 * 1024 * 1024;

/** Multipart uploads; each a folder with its parts, so they survive the twin. */
export class Uploads {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async create(bucket: Bucket, key: string, request: SignedRequest, response: ServerResponse): Promise<void> {
    const id = randomBytes(24).toString('base64url');
    const algorithm = checksumAlgorithms.find(
      each => each === request.headers['x-amz-checksum-algorithm']?.toUpperCase(),
    );
    const type = request.headers['x-amz-checksum-type'] as Upload['type'];
    const upload: Upload = {
      id,
      bucket: bucket.name,
      key,
      headers: keptHeaders(request.headers),
      ...(algorithm
        ? { algorithm, type: type ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE') }
        : {}),
      initiated: new Date().toISOString(),
    };
    await mkdir(join(this.folder, id), { recursive: true });
    await writeFile(join(this.folder, id, 'upload.json'), JSON.stringify(upload));
    if (algorithm) response.setHeader('x-amz-checksum-algorithm', algorithm);
    sendXml(
      response,
      xmlDocument('InitiateMultipartUploadResult', { Bucket: bucket.name, Key: key, UploadId: id }),
    );
  }

  async putPart(
    bucket: Bucket,
    key: string,
    request: SignedRequest,
    response: ServerResponse,
  ): Promise<void> {
    const upload = await this.find(bucket, key, request);
    const number = partNumber(request);
    const received = await receiveBody(bucket, request);
    await this.keep(upload, number, received);
    response
      .writeHead(200, { etag: `"${received.etag}"`, ...checksumHeaders({ checksums: received.checksums }) })
      .end();
  }

  async copyPart(
    source: Bucket,
    sourceKey: string,
    bucket: Bucket,
    key: string,
    request: SignedRequest,
    response: ServerResponse,
  ): Promise<void> {
    const upload = await this.find(bucket, key, request);
    const from = await source.find(sourceKey);
    if (!from) throw s3Errors.noSuchKey(sourceKey);
    checkCopySource(request.headers, from);
    const range = readRange(request.headers['x-amz-copy-source-range'], from.size);
    const path = bucket.temporaryPath();
    const stream = createReadStream(source.filePath(from), range ? { start: range[0], end: range[1] } : {});
    const { size, md5 } = await receive(path, stream as AsyncIterable<Buffer>, () => {});
    await this.keep(upload, partNumber(request), { path, size, etag: md5, checksums: {} });
    sendXml(
      response,
      xmlDocument('CopyPartResult', { LastModified: new Date().toISOString(), ETag: `"${md5}"` }),
    );
  }

  async complete(
    bucket: Bucket,
    key: string,
    request: SignedRequest,
    response: ServerResponse,
  ): Promise<void> {
    const upload = await this.find(bucket, key, request);
    const parts = await this.chosenParts(upload, await readXml(request));
    const path = bucket.temporaryPath();
    const full =
      upload.type === 'FULL_OBJECT' && upload.algorithm
        ? { algorithm: upload.algorithm, checksum: checksum(upload.algorithm) }
        : undefined;
    const { size } = await receive(path, this.bytesOf(upload, parts), chunk => full?.checksum.update(chunk));
    const digests = Buffer.concat(parts.map(part => Buffer.from(part.etag, 'hex')));
    const etag = `${createHash('md5').update(digests).digest('hex')}-${parts.length}`;
    const checksums = full ? { [full.algorithm]: full.checksum.digest() } : composite(upload, parts);
    const claimed = upload.algorithm ? request.headers[checksumHeader(upload.algorithm)] : undefined;
    if (claimed !== undefined && full && claimed !== checksums[full.algorithm]) {
      await rm(path, { force: true });
      throw s3Errors.badDigest(full.algorithm);
    }
    const meta = await bucket.exclusively(key, async () => {
      checkWrite(request.headers, key, await bucket.find(key));
      return bucket.commit(
        key,
        { path, size, etag, checksums },
        {
          headers: upload.headers,
          parts: parts.map(part => part.size),
          ...(upload.type ? { checksumType: upload.type } : {}),
        },
      );
    });
    await rm(join(this.folder, upload.id), { recursive: true, force: true });
    sendXml(
      response,
      xmlDocument('CompleteMultipartUploadResult', {
        Location: `/${bucket.name}/${key}`,
        Bucket: bucket.name,
        Key: key,
        ETag: `"${meta.etag}"`,
        ...Object.fromEntries(
          Object.entries(meta.checksums).map(([algorithm, value]) => [`Checksum${algorithm}`, value]),
        ),
        ...(meta.checksumType ? { ChecksumType: meta.checksumType } : {}),
      }),
    );
  }

  async abort(bucket: Bucket, key: string, request: SignedRequest, response: ServerResponse): Promise<void> {
    const upload = await this.find(bucket, key, request);
    await rm(join(this.folder, upload.id), { recursive: true, force: true });
    response.writeHead(204).end();
  }

  async listParts(
    bucket: Bucket,
    key: string,
    request: SignedRequest,
    response: ServerResponse,
  ): Promise<void> {
    const upload = await this.find(bucket, key, request);
    const after = Number(request.query.get('part-number-marker') ?? 0);
    const most = Math.min(1000, Number(request.query.get('max-parts') ?? 1000));
    const all = (await this.parts(upload)).filter(part => part.number > after);
    const page = all.slice(0, most);
    sendXml(
      response,
      xmlDocument('ListPartsResult', {
        Bucket: bucket.name,
        Key: key,
        UploadId: upload.id,
        PartNumberMarker: after,
        ...(all.length > most ? { NextPartNumberMarker: page.at(-1)!.number } : {}),
        MaxParts: most,
        IsTruncated: all.length > most,
        StorageClass: 'STANDARD',
        ...(upload.algorithm ? { ChecksumAlgorithm: upload.algorithm, ChecksumType: upload.type } : {}),
        Part: page.map(part => ({
          PartNumber: part.number,
          LastModified: part.at,
          ETag: `"${part.etag}"`,
          Size: part.size,
          ...Object.fromEntries(
            Object.entries(part.checksums).map(([algorithm, value]) => [`Checksum${algorithm}`, value]),
          ),
        })),
      }),
    );
  }

  async listUploads(bucket: Bucket, request: SignedRequest, response: ServerResponse): Promise<void> {
    const prefix = request.query.get('prefix') ?? '';
    const uploads = (await this.all()).filter(
      upload => upload.bucket === bucket.name && upload.key.startsWith(prefix),
    );
    uploads.sort((a, b) => (a.key === b.key ? (a.initiated < b.initiated ? -1 : 1) : a.key < b.key ? -1 : 1));
    sendXml(
      response,
      xmlDocument('ListMultipartUploadsResult', {
        Bucket: bucket.name,
        Prefix: prefix,
        KeyMarker: '',
        UploadIdMarker: '',
        MaxUploads: 1000,
        IsTruncated: false,
        Upload: uploads.slice(0, 1000).map(upload => ({
          Key: upload.key,
          UploadId: upload.id,
          Initiated: upload.initiated,
          StorageClass: 'STANDARD',
        })),
      }),
    );
  }

  private async find(bucket: Bucket, key: string, request: SignedRequest): Promise<Upload> {
    const id = request.query.get('uploadId') ?? '';
    if (!/^[\w-]+$/.test(id)) throw s3Errors.noSuchUpload(id);
    const upload = await readUpload(join(this.folder, id));
    if (!upload || upload.bucket !== bucket.name || upload.key !== key) throw s3Errors.noSuchUpload(id);
    return upload;
  }

  private async keep(upload: Upload, number: number, received: Received): Promise<void> {
    const path = join(this.folder, upload.id, `part-${number}`);
    await rename(received.path, path);
    const part: Part = {
      number,
      size: received.size,
      etag: received.etag,
      checksums: received.checksums,
      at: new Date().toISOString(),
    };
    await writeFile(`${path}.json.new`, JSON.stringify(part));
    await rename(`${path}.json.new`, `${path}.json`);
  }

  private async parts(upload: Upload): Promise<Part[]> {
    const folder = join(this.folder, upload.id);
    const names = (await readdir(folder)).filter(name => /^part-\d+\.json$/.test(name));
    const parts = await Promise.all(
      names.map(async name => JSON.parse(await readFile(join(folder, name), 'utf8')) as Part),
    );
    return parts.sort((a, b) => a.number - b.number);
  }

  private async chosenParts(upload: Upload, xml: string): Promise<Part[]> {
    const asked = blocksOf(xml, 'Part');
    if (asked.length === 0) throw s3Errors.malformedXml();
    const there = new Map((await this.parts(upload)).map(part => [part.number, part]));
    let before = 0;
    const chosen = asked.map(block => {
      const number = Number(textsOf(block, 'PartNumber')[0]);
      const part = there.get(number);
      if (number <= before) throw s3Errors.invalidPartOrder();
      before = number;
      if (!part || textsOf(block, 'ETag')[0]?.replace(/"/g, '') !== part.etag) throw s3Errors.invalidPart();
      for (const algorithm of checksumAlgorithms) {
        const claimed = textsOf(block, `Checksum${algorithm}`)[0];
        if (
          claimed !== undefined &&
          part.checksums[algorithm] !== undefined &&
          claimed !== part.checksums[algorithm]
        )
          throw s3Errors.invalidPart();
      }
      return part;
    });
    if (chosen.slice(0, -1).some(part => part.size < smallestPart)) throw s3Errors.entityTooSmall();
    return chosen;
  }

  private async *bytesOf(upload: Upload, parts: readonly Part[]): AsyncIterable<Buffer> {
    for (const part of parts) {
      yield* createReadStream(join(this.folder, upload.id, `part-${part.number}`), {
        highWaterMark: 1024 * 1024,
      }) as AsyncIterable<Buffer>;
    }
  }

  private async all(): Promise<Upload[]> {
    const names = await readdir(this.folder).catch(() => [] as string[]);
    const uploads = await Promise.all(names.map(name => readUpload(join(this.folder, name))));
    return uploads.flatMap(upload => (upload ? [upload] : []));
  }
}

async function readUpload(folder: string): Promise<Upload | undefined> {
  const file = await open(join(folder, 'upload.json')).catch(() => undefined);
  if (!file) return undefined;
  try {
    return JSON.parse(await file.readFile('utf8')) as Upload;
  } finally {
    await file.close();
  }
}

/** A checksum of the parts' checksums, with their number, as S3 makes composite ones. */
function composite(upload: Upload, parts: readonly Part[]): Received['checksums'] {
  const { algorithm } = upload;
  if (!algorithm || parts.some(part => part.checksums[algorithm] === undefined)) return {};
  const running = checksum(algorithm);
  for (const part of parts) running.update(Buffer.from(part.checksums[algorithm]!, 'base64'));
  return { [algorithm]: `${running.digest()}-${parts.length}` };
}

function partNumber(request: SignedRequest): number {
  const number = Number(request.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > 10_000)
    throw s3Errors.invalidArgument('Part number must be an integer between 1 and 10000, inclusive');
  return number;
}
