import { s3Errors } from './errors.ts';

/** The account that owns everything in the twin. */
const account = '000000000000';

/** Refuses who says by a header that a bucket is another's. */
export function checkOwner(
  headers: Readonly<Record<string, string>>,
  header: 'x-amz-expected-bucket-owner' | 'x-amz-source-expected-bucket-owner',
): void {
  if ((headers[header] ?? account) !== account) throw s3Errors.accessDenied();
}
