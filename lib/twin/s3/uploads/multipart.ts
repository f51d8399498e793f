import type { ServerResponse } from 'node:http';
import type { SignedRequest } from '../../http/service.ts';
import { keptHeaders, receiveBody } from '../bodies/upload-body.ts';
import { knownAlgorithm } from '../bodies/upload-headers.ts';
import type { Bucket, ReceivedFile } from '../disk/bucket.ts';
import { compareKeys } from '../disk/key-order.ts';
import { rm } from '../disk/quick-fs.ts';
import { checksumFields, copyBytes, type SourceVersion } from '../objects/copy.ts';
import { copyRange, partNumberOf } from '../objects/ranges.ts';
import { encryptionKept, pick } from '../settings/encryption.ts';
import { lockOfHeaders } from '../settings/object-lock.ts';
import { tagsOfHeader } from '../settings/tags.ts';
import { sendXml } from '../wire/answers.ts';
import { type ChecksumAlgorithm, checksumHeaders } from '../wire/checksums.ts';
import { s3Errors } from '../wire/errors.ts';
import { countOf, pageSize, writerOf } from '../wire/list-query.ts';
import { readXml } from '../wire/read-xml.ts';
import { xmlDocument } from '../wire/xml.ts';
import { completedBefore, completeUpload } from './complete-upload.ts';
import { type Upload, UploadStore } from './upload-store.ts';

/** The multipart operations. */
export class Uploads {
  private readonly store: UploadStore;

  constructor(folder: string) {
    this.store = new UploadStore(folder);
  }

  async create(bucket: Bucket, key: string, request: SignedRequest, response: ServerResponse): Promise<void> {
    const upload = await this.store.create({
      bucket: bucket.name,
      key,
      headers: { ...keptHeaders(request.headers), ...encryptionKept(bucket, request.headers) },
      ...checksumWanted(request),
      ...tagsOfHeader(request.headers['x-amz-tagging']),
      ...lockOfHeaders(bucket, request.headers),
      initiated: new Date(bucket.now()).toISOString(),
    });
    if (upload.algorithm && upload.type) {
      response.setHeader('x-amz-checksum-algorithm', upload.algorithm);
      response.setHeader('x-amz-checksum-type', upload.type);
    }
    for (const [name, value] of Object.entries(pick(upload.headers))) response.setHeader(name, value);
    const fields = { Bucket: bucket.name, Key: key, UploadId: upload.id };
    sendXml(response, xmlDocument('InitiateMultipartUploadResult', fields));
  }

  async putPart(
    bucket: Bucket,
    key: string,
    request: SignedRequest,
    response: ServerResponse,
  ): Promise<void> {
    const upload = await this.find(bucket, key, request);
    const number = partNumberOf(request.query.get('partNumber'));
    const received = await receiveBody(bucket, request);
    const { algorithm } = upload;
    await this.keep(upload, bucket, request, number, received, () => {
      if (algorithm && received.checksums[algorithm] === undefined) {
        const sent = Object.keys(received.checksums)[0]?.toLowerCase() ?? 'null';
        const message = `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${sent}`;
        throw s3Errors.invalidRequest(message);
      }
    });
    const headers = checksumHeaders({ checksums: received.checksums });
    delete headers['x-amz-checksum-type'];
    response.writeHead(200, { etag: `"${received.etag}"`, ...headers, ...pick(upload.headers) }).end();
  }

  async copyPart(
    source: Bucket,
    from: SourceVersion,
    bucket: Bucket,
    key: string,
    request: SignedRequest,
    response: ServerResponse,
  ): Promise<void> {
    const upload = await this.find(bucket, key, request);
    const number = partNumberOf(request.query.get('partNumber'));
    const wanted = request.headers['x-amz-copy-source-range'];
    const { received } = await copyBytes(source, from, bucket, request, {
      algorithms: () => (upload.algorithm ? [upload.algorithm] : []),
      ...(wanted === undefined ? {} : { rangeOf: size => copyRange(wanted, size) }),
    });
    await this.keep(upload, bucket, request, number, received);
    const fields = {
      LastModified: new Date(bucket.now()).toISOString(),
      ETag: `"${received.etag}"`,
      ...checksumFields(received.checksums),
    };
    sendXml(response, xmlDocument('CopyPartResult', fields));
  }

  async complete(
    bucket: Bucket,
    key: string,
    request: SignedRequest,
    response: ServerResponse,
  ): Promise<void> {
    const xml = await readXml(request);
    const id = request.query.get('uploadId') ?? '';
    await this.store.exclusively(id, async () => {
      const there = await this.store.find(id);
      if (!there && (await completedBefore(id, bucket, key, xml, request, response))) return;
      const upload = await this.find(bucket, key, request);
      await completeUpload(this.store, upload, bucket, xml, request, response);
    });
  }

  async abort(bucket: Bucket, key: string, request: SignedRequest, response: ServerResponse): Promise<void> {
    const { id } = await this.find(bucket, key, request);
    await this.store.exclusively(id, async () => this.store.remove(await this.find(bucket, key, request)));
    response.writeHead(204).end();
  }

  async listParts(
    bucket: Bucket,
    key: string,
    request: SignedRequest,
    response: ServerResponse,
  ): Promise<void> {
    const upload = await this.find(bucket, key, request);
    const after = countOf(request.query, 'part-number-marker', 0);
    const most = pageSize(request.query, 'max-parts');
    const all = (await this.store.parts(upload)).filter(part => part.number > after);
    const page = all.slice(0, most);
    sendXml(
      response,
      xmlDocument('ListPartsResult', {
        Bucket: bucket.name,
        Key: key,
        UploadId: upload.id,
        PartNumberMarker: after,
        NextPartNumberMarker: page.at(-1)?.number ?? 0,
        MaxParts: most,
        // An empty page leads nowhere: to go on from it would never end.
        IsTruncated: most > 0 && all.length > most,
        StorageClass: upload.headers['x-amz-storage-class'] ?? 'STANDARD',
        ChecksumAlgorithm: upload.algorithm,
        ChecksumType: upload.type,
        Part: page.map(part => ({
          PartNumber: part.number,
          LastModified: part.at,
          ETag: `"${part.etag}"`,
          Size: part.size,
          ...checksumFields(part.checksums),
        })),
      }),
    );
  }

  async listUploads(bucket: Bucket, request: SignedRequest, response: ServerResponse): Promise<void> {
    const { query } = request;
    const prefix = query.get('prefix') ?? '';
    const keyMarker = query.get('key-marker') ?? '';
    const idMarker = query.get('upload-id-marker') ?? '';
    const delimiter = query.get('delimiter') ?? '';
    const most = pageSize(query, 'max-uploads');
    const { write, EncodingType } = writerOf(query);
    const uploads = (await this.store.list(bucket.name)).filter(upload => upload.key.startsWith(prefix));
    const left = uploads.filter(upload => {
      const order = compareKeys(upload.key, keyMarker);
      const common = commonOf(upload.key, prefix, delimiter);
      if (common !== undefined && keyMarker.startsWith(common)) return false;
      // Those begun later have greater ids, so it goes on from one that is gone, too.
      return order > 0 || (order === 0 && idMarker !== '' && upload.id > idMarker);
    });
    const prefixes: string[] = [];
    const page: Upload[] = [];
    let last: { readonly key: string; readonly id?: string } | undefined;
    let isTruncated = false;
    for (const upload of left) {
      const common = commonOf(upload.key, prefix, delimiter);
      if (common !== undefined && common === prefixes.at(-1)) continue;
      isTruncated = page.length + prefixes.length >= most;
      if (isTruncated) break;
      if (common === undefined) page.push(upload);
      else prefixes.push(common);
      last = common === undefined ? upload : { key: common };
    }
    if (!isTruncated) last = undefined;
    sendXml(
      response,
      xmlDocument('ListMultipartUploadsResult', {
        Bucket: bucket.name,
        Prefix: write(prefix),
        KeyMarker: write(keyMarker),
        UploadIdMarker: idMarker,
        NextKeyMarker: last && write(last.key),
        NextUploadIdMarker: last?.id,
        MaxUploads: most,
        EncodingType,
        IsTruncated: last !== undefined,
        Delimiter: delimiter === '' ? undefined : write(delimiter),
        CommonPrefixes: prefixes.map(each => ({ Prefix: write(each) })),
        Upload: page.map(upload => ({
          Key: write(upload.key),
          UploadId: upload.id,
          Initiated: upload.initiated,
          StorageClass: upload.headers['x-amz-storage-class'] ?? 'STANDARD',
          ChecksumAlgorithm: upload.algorithm,
          ChecksumType: upload.type,
        })),
      }),
    );
  }

  /** Aborts the uploads that are due by a lifecycle rule. */
  async abortOld(bucket: Bucket, isDue: (upload: Upload) => boolean): Promise<void> {
    for (const upload of await this.store.list(bucket.name)) {
      if (isDue(upload)) await this.store.exclusively(upload.id, () => this.store.remove(upload));
    }
  }

  private async find(bucket: Bucket, key: string, request: SignedRequest): Promise<Upload> {
    const id = request.query.get('uploadId') ?? '';
    const upload = await this.store.find(id);
    if (!upload || upload.bucket !== bucket.name || upload.key !== key) throw s3Errors.noSuchUpload(id);
    return upload;
  }

  private async keep(
    upload: Upload,
    bucket: Bucket,
    request: SignedRequest,
    number: number,
    received: ReceivedFile,
    check?: () => void,
  ): Promise<void> {
    try {
      check?.();
      await this.store.exclusively(upload.id, async () => {
        // It may have been completed or aborted while the part came in.
        const at = new Date(bucket.now()).toISOString();
        await this.store.keep(await this.find(bucket, upload.key, request), number, received, at);
      });
    } finally {
      await rm(received.path, { force: true });
    }
  }
}

/** The checksum that an upload is made with. Throws AwsError for what S3 does not combine. */
function checksumWanted({ headers }: SignedRequest): Pick<Upload, 'algorithm' | 'type'> {
  const name = headers['x-amz-checksum-algorithm'];
  const type = headers['x-amz-checksum-type']?.toUpperCase();
  if (name === undefined) {
    if (type === undefined) return {};
    const message =
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.';
    throw s3Errors.invalidRequest(message);
  }
  const algorithm = knownAlgorithm(name);
  const chosen = type ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  if (chosen !== 'FULL_OBJECT' && chosen !== 'COMPOSITE') {
    throw s3Errors.invalidRequest('Value for x-amz-checksum-type header is invalid.');
  }
  if (!allowedTypes[algorithm].includes(chosen)) {
    const message = `The ${chosen} checksum type cannot be used with the ${name.toLowerCase()} checksum algorithm.`;
    throw s3Errors.invalidRequest(message);
  }
  return { algorithm, type: chosen };
}

const allowedTypes: Readonly<Record<ChecksumAlgorithm, readonly string[]>> = {
  CRC32: ['FULL_OBJECT', 'COMPOSITE'],
  CRC32C: ['FULL_OBJECT', 'COMPOSITE'],
  CRC64NVME: ['FULL_OBJECT'],
  SHA1: ['COMPOSITE'],
  SHA256: ['COMPOSITE'],
};

/** The common prefix that a delimiter gives a key, or undefined. */
function commonOf(key: string, prefix: string, delimiter: string): string | undefined {
  const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
}
