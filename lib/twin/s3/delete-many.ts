import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { AwsError, type SignedRequest } from '../http/service.ts';
import type { Bucket } from './bucket.ts';
import { checksum, checksumAlgorithms, checksumHeader } from './checksums.ts';
import { checkWrite } from './conditions.ts';
import { s3Errors } from './errors.ts';
import { sendXml } from './objects.ts';
import { blocksOf, textsOf, type XmlTree, xmlDocument } from './xml.ts';

/** DeleteObjects: up to 1,000 keys, each with a condition of its own; what fails is told inside the 200. */
export async function deleteMany(
  bucket: Bucket,
  request: SignedRequest,
  response: ServerResponse,
): Promise<void> {
  const xml = await readXml(request);
  const objects = blocksOf(xml, 'Object');
  if (objects.length === 0 || objects.length > 1000) throw s3Errors.malformedXml();
  const quiet = textsOf(xml, 'Quiet')[0] === 'true';
  const deleted: XmlTree[] = [];
  const errors: XmlTree[] = [];
  for (const object of objects) {
    const Key = textsOf(object, 'Key')[0];
    if (Key === undefined) throw s3Errors.malformedXml();
    const etag = textsOf(object, 'ETag')[0];
    try {
      await bucket.exclusively(Key, async () => {
        checkWrite(etag === undefined ? {} : { 'if-match': etag }, Key, await bucket.look(Key));
        await bucket.remove(Key);
      });
      deleted.push({ Key });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      errors.push({ Key, Code: error.code, Message: error.message });
    }
  }
  sendXml(response, xmlDocument('DeleteResult', { ...(quiet ? {} : { Deleted: deleted }), Error: errors }));
}

/** A small XML body, with the checksum that came with it compared. */
export async function readXml(request: SignedRequest): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.length;
    if (bytes > 4 * 1024 * 1024) throw s3Errors.malformedXml();
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const { headers, trailers } = request;
  if (
    headers['content-md5'] !== undefined &&
    createHash('md5').update(body).digest('base64') !== headers['content-md5']
  )
    throw s3Errors.badDigest('Content-MD5');
  for (const algorithm of checksumAlgorithms) {
    const claimed = headers[checksumHeader(algorithm)] ?? trailers[checksumHeader(algorithm)];
    if (claimed === undefined || request.query.has('uploadId')) continue;
    const running = checksum(algorithm);
    running.update(body);
    if (running.digest() !== claimed) throw s3Errors.badDigest(algorithm);
  }
  return body.toString('utf8');
}
