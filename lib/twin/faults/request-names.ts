import type { SignedRequest } from '../http/service.ts';

/** The API's name of the operation that a request asks for: `GetObject`, `submitjob`; empty where only its body says. */
export function actionOf(service: string, request: SignedRequest): string {
  if (service === 's3') return s3Action(request);
  const target = request.headers['x-amz-target'];
  if (target !== undefined) return target.split('.').at(-1)!;
  return request.query.get('Action') ?? decodeURIComponent(request.rawPath.split('/').at(-1) ?? '');
}

/** `bucket/key`, decoded as far as it can be. */
export function pathOf(request: SignedRequest): string {
  try {
    return decodeURIComponent(request.rawPath.slice(1));
  } catch {
    return request.rawPath.slice(1);
  }
}

function s3Action({ method, rawPath, query, headers }: SignedRequest): string {
  const has = (name: string): boolean => query.has(name);
  const slash = rawPath.indexOf('/', 1);
  if (rawPath === '/') return 'ListBuckets';
  if (slash < 0 || slash === rawPath.length - 1) {
    if (method === 'POST' && has('delete')) return 'DeleteObjects';
    if (method !== 'GET')
      return `${method === 'PUT' ? 'Create' : method === 'HEAD' ? 'Head' : 'Delete'}Bucket`;
    if (has('uploads')) return 'ListMultipartUploads';
    if (has('versions')) return 'ListObjectVersions';
    return has('list-type') ? 'ListObjectsV2' : 'ListObjects';
  }
  if (method === 'POST') return has('uploads') ? 'CreateMultipartUpload' : 'CompleteMultipartUpload';
  if (method === 'PUT') {
    const copied = headers['x-amz-copy-source'] !== undefined;
    if (has('uploadId')) return copied ? 'UploadPartCopy' : 'UploadPart';
    return copied ? 'CopyObject' : 'PutObject';
  }
  if (method === 'DELETE') return has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
  if (method === 'HEAD') return 'HeadObject';
  return has('uploadId') ? 'ListParts' : 'GetObject';
}
