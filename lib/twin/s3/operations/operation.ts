import type { ServerResponse } from 'node:http';
import type { Rights } from '../../access/needed.ts';
import type { SignedRequest } from '../../http/service.ts';
import type { Bucket } from '../disk/bucket.ts';
import type { Uploads } from '../uploads/multipart.ts';

/** What an operation's request is about: all of S3, a name that need be no bucket's yet, a bucket, or an object. */
export type OperationTarget = 'service' | 'name' | 'bucket' | 'object';

/** Opens the bucket of a name, for who asks. Throws AwsError where there is none, or access is denied. */
export type BucketOf = (name: string, request: SignedRequest) => Promise<Bucket>;

/** What operations share. */
export interface Ground {
  readonly folder: string;
  /** The twin's. */
  readonly region: string;
  readonly uploads: Uploads;
  readonly bucketOf: BucketOf;
  rightsOf(request: SignedRequest): Rights;
  create(name: string, request: SignedRequest, response: ServerResponse): Promise<void>;
  remove(bucket: Bucket): Promise<void>;
}

interface Asked {
  readonly ground: Ground;
  readonly rights: Rights;
  readonly request: SignedRequest;
  readonly response: ServerResponse;
}

export type ObjectCall = CallOf['object'];

interface CallOf {
  service: Asked;
  name: Asked & { readonly name: string };
  bucket: Asked & { readonly bucket: Bucket };
  object: Asked & { readonly bucket: Bucket; readonly key: string };
}

export interface OperationOn<P extends OperationTarget> {
  /** The API's. */
  readonly name: string;
  readonly on: P;
  readonly method: string;
  /** Words of the query that tell it from others of its method. */
  readonly has?: readonly string[];
  /** Whether x-amz-copy-source is there; left out where it is of no matter. */
  readonly copies?: boolean;
  /** Further words of the query that it heeds. */
  readonly takes?: readonly string[];
  /** What IAM calls the right to it; of one version of an object, where that is another. */
  readonly action: string;
  readonly versionAction?: string;
  /** Left out of what S3 has and the twin has not. */
  readonly handle?: (call: CallOf[P]) => void | Promise<void>;
}

/** One operation of S3's API: how a request is told to be one, what right it needs, and what does it. */
export type Operation =
  | OperationOn<'service'>
  | OperationOn<'name'>
  | OperationOn<'bucket'>
  | OperationOn<'object'>;
