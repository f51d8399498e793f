import { checkUpload } from '../bodies/upload-headers.ts';
import { getAttributes } from '../objects/attributes.ts';
import { copyObject } from '../objects/copy.ts';
import { deleteObject, getObject, putObject } from '../objects/objects.ts';
import { restoreObject } from '../objects/restore.ts';
import { getObjectAcl, refuseObjectAcl } from '../settings/access.ts';
import { legalHold, objectRetention } from '../settings/object-lock.ts';
import { objectTagging } from '../settings/tags.ts';
import { checkOwner } from '../wire/account.ts';
import { copySourceOf } from '../wire/address.ts';
import type { ObjectCall, Operation } from './operation.ts';

/** The operations of objects, their versions and their uploads. */
export const ofObjects: readonly Operation[] = [
  {
    name: 'GetObject',
    on: 'object',
    method: 'GET',
    takes: ['versionId', 'partNumber'],
    action: 's3:GetObject',
    versionAction: 's3:GetObjectVersion',
    handle: ({ bucket, key, request, response }) => getObject(bucket, key, request, response),
  },
  {
    name: 'HeadObject',
    on: 'object',
    method: 'HEAD',
    takes: ['versionId', 'partNumber'],
    action: 's3:GetObject',
    versionAction: 's3:GetObjectVersion',
    handle: ({ bucket, key, request, response }) => getObject(bucket, key, request, response),
  },
  {
    name: 'PutObject',
    on: 'object',
    method: 'PUT',
    copies: false,
    action: 's3:PutObject',
    handle: ({ bucket, key, request, response }) => {
      checkUpload(request);
      return putObject(bucket, key, request, response);
    },
  },
  {
    name: 'CopyObject',
    on: 'object',
    method: 'PUT',
    copies: true,
    action: 's3:PutObject',
    handle: async call => {
      const { from, source } = await sourceOf(call);
      return copyObject(source, from, call.bucket, call.key, call.request, call.response);
    },
  },
  {
    name: 'DeleteObject',
    on: 'object',
    method: 'DELETE',
    takes: ['versionId'],
    action: 's3:DeleteObject',
    versionAction: 's3:DeleteObjectVersion',
    handle: ({ bucket, key, request, response }) => deleteObject(bucket, key, request, response),
  },
  {
    name: 'GetObjectAcl',
    on: 'object',
    method: 'GET',
    has: ['acl'],
    takes: ['versionId'],
    action: 's3:GetObjectAcl',
    versionAction: 's3:GetObjectVersionAcl',
    handle: ({ bucket, key, response }) => getObjectAcl(bucket, key, response),
  },
  {
    name: 'PutObjectAcl',
    on: 'object',
    method: 'PUT',
    has: ['acl'],
    takes: ['versionId'],
    action: 's3:PutObjectAcl',
    versionAction: 's3:PutObjectVersionAcl',
    handle: ({ bucket, key }) => refuseObjectAcl(bucket, key),
  },
  ...(['Get', 'Put', 'Delete'] as const).map(
    (verb): Operation => ({
      name: `${verb}ObjectTagging`,
      on: 'object',
      method: verb.toUpperCase(),
      has: ['tagging'],
      takes: ['versionId'],
      action: `s3:${verb}ObjectTagging`,
      versionAction: `s3:${verb}ObjectVersionTagging`,
      handle: ({ bucket, key, request, response }) => objectTagging(bucket, key, request, response),
    }),
  ),
  ...(['Get', 'Put'] as const).flatMap((verb): Operation[] => [
    {
      name: `${verb}ObjectRetention`,
      on: 'object',
      method: verb.toUpperCase(),
      has: ['retention'],
      takes: ['versionId'],
      action: `s3:${verb}ObjectRetention`,
      handle: ({ bucket, key, request, response }) => objectRetention(bucket, key, request, response),
    },
    {
      name: `${verb}ObjectLegalHold`,
      on: 'object',
      method: verb.toUpperCase(),
      has: ['legal-hold'],
      takes: ['versionId'],
      action: `s3:${verb}ObjectLegalHold`,
      handle: ({ bucket, key, request, response }) => legalHold(bucket, key, request, response),
    },
  ]),
  {
    name: 'GetObjectAttributes',
    on: 'object',
    method: 'GET',
    has: ['attributes'],
    takes: ['versionId'],
    action: 's3:GetObjectAttributes',
    versionAction: 's3:GetObjectVersionAttributes',
    handle: ({ bucket, key, request, response }) => getAttributes(bucket, key, request, response),
  },
  {
    name: 'RestoreObject',
    on: 'object',
    method: 'POST',
    has: ['restore'],
    takes: ['versionId'],
    action: 's3:RestoreObject',
    handle: ({ bucket, key, request, response }) => restoreObject(bucket, key, request, response),
  },
  {
    name: 'CreateMultipartUpload',
    on: 'object',
    method: 'POST',
    has: ['uploads'],
    action: 's3:PutObject',
    handle: ({ ground, bucket, key, request, response }) =>
      ground.uploads.create(bucket, key, request, response),
  },
  {
    name: 'UploadPart',
    on: 'object',
    method: 'PUT',
    has: ['uploadId'],
    takes: ['partNumber'],
    copies: false,
    action: 's3:PutObject',
    handle: ({ ground, bucket, key, request, response }) => {
      checkUpload(request);
      return ground.uploads.putPart(bucket, key, request, response);
    },
  },
  {
    name: 'UploadPartCopy',
    on: 'object',
    method: 'PUT',
    has: ['uploadId'],
    takes: ['partNumber'],
    copies: true,
    action: 's3:PutObject',
    handle: async call => {
      const { from, source } = await sourceOf(call);
      const { ground, bucket, key, request, response } = call;
      return ground.uploads.copyPart(source, from, bucket, key, request, response);
    },
  },
  {
    name: 'CompleteMultipartUpload',
    on: 'object',
    method: 'POST',
    has: ['uploadId'],
    action: 's3:PutObject',
    handle: ({ ground, bucket, key, request, response }) =>
      ground.uploads.complete(bucket, key, request, response),
  },
  {
    name: 'AbortMultipartUpload',
    on: 'object',
    method: 'DELETE',
    has: ['uploadId'],
    action: 's3:AbortMultipartUpload',
    handle: ({ ground, bucket, key, request, response }) =>
      ground.uploads.abort(bucket, key, request, response),
  },
  {
    name: 'ListParts',
    on: 'object',
    method: 'GET',
    has: ['uploadId'],
    takes: ['max-parts', 'part-number-marker', 'encoding-type'],
    action: 's3:ListMultipartUploadParts',
    handle: ({ ground, bucket, key, request, response }) =>
      ground.uploads.listParts(bucket, key, request, response),
  },
];

/** What a copy is of. */
async function sourceOf({ ground, request }: ObjectCall) {
  checkOwner(request.headers, 'x-amz-source-expected-bucket-owner');
  const from = copySourceOf(request.headers['x-amz-copy-source'] ?? '');
  return { from, source: await ground.bucketOf(from.bucket, request) };
}
