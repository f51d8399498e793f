import type { AwsError, SignedRequest } from '../../http/service.ts';
import { type Address, addressOf } from '../wire/address.ts';
import { s3Errors } from '../wire/errors.ts';
import { notHere } from './not-here.ts';
import { ofBuckets } from './of-buckets.ts';
import { ofObjects } from './of-objects.ts';
import type { Operation, OperationTarget } from './operation.ts';

/** Every operation of S3 that the twin knows by name. */
export const operations: readonly Operation[] = [...ofBuckets, ...ofObjects, ...notHere];

type Head = Pick<SignedRequest, 'method' | 'query' | 'headers'>;

/** What a request asks for; undefined where S3 has no such operation. */
export function operationOf(request: Head, address: Address): Operation | undefined {
  const on = placeOf(address);
  const copies = request.headers['x-amz-copy-source'] !== undefined;
  const fit = (byMethod.get(request.method) ?? []).filter(
    each =>
      (each.on === on || (each.on === 'name' && on === 'bucket')) &&
      (each.has ?? []).every(word => request.query.has(word)) &&
      (each.copies === undefined || each.copies === copies),
  );
  const [first] = fit.toSorted((a, b) => wordsOf(b).length - wordsOf(a).length);
  // DELETE ?retention, which S3 does not have, is no DELETE of the object.
  const isOther = [...request.query.keys()].some(
    word => marks[on].has(word) && !wordsOf(first).includes(word),
  );
  return isOther ? undefined : first;
}

/** What is said of a request that is no operation, or one with words in its query that the twin does not know. */
export function refusalOf(
  request: Head,
  address: Address,
  operation: Operation | undefined,
): AwsError | undefined {
  const on = placeOf(address);
  if (operation && !operation.handle) return s3Errors.notImplemented(wordsOf(operation)[0] ?? operation.name);
  // A listing passes over what it does not know, as S3 does.
  const passesOver = on !== 'object' && operation !== undefined && ['GET', 'HEAD'].includes(request.method);
  const unknown = [...request.query.keys()].find(
    word => !knownWords[on].has(word) && !(on === 'object' ? /^(x-|response-)/i : /^x-/i).test(word),
  );
  if (unknown !== undefined && !passesOver) return s3Errors.notImplemented(unknown);
  return operation ? undefined : s3Errors.methodNotAllowed();
}

/** `GetObject`, `PutBucketTagging` …; empty where S3 has no such operation. */
export function operationName(request: Pick<SignedRequest, 'rawPath'> & Head): string {
  try {
    return operationOf(request, addressOf(request))?.name ?? '';
  } catch {
    return '';
  }
}

function placeOf({ bucket, key }: Address): 'service' | 'bucket' | 'object' {
  return bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
}

const wordsOf = (operation: Operation | undefined): readonly string[] => operation?.has ?? [];

const byMethod = Map.groupBy(operations, each => each.method);

const wordsOn = (words: (operation: Operation) => readonly string[]) => {
  const of = (place: OperationTarget): ReadonlySet<string> =>
    new Set(operations.filter(each => each.on === place).flatMap(words));
  return { service: of('service'), bucket: of('bucket'), object: of('object') };
};

/** Words that say which operation it is. */
const marks = wordsOn(wordsOf);
const knownWords = wordsOn(each => [...wordsOf(each), ...(each.takes ?? [])]);
