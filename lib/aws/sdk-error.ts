import { isStoreError } from '../contract/ports/object-store.ts';
import { LabError } from '../contract/workload/errors.ts';
import { exitCodes } from '../contract/workload/exit-codes.ts';
import { networkProblem } from './network-problem.ts';

export const errorName = (error: unknown): string => (error as { name?: string })?.name ?? '';
export const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } })?.$metadata?.httpStatusCode;

/** A sentence with a fix for what AWS refused, or the error itself where it is none of AWS's. */
export function explainAwsError(error: unknown, profile?: string): unknown {
  // What we say ourselves may have any word in it: a list is called lasso.txt.
  if (error instanceof LabError) return error;
  const name = isStoreError(error) ? error.code : errorName(error);
  const status = isStoreError(error) ? error.status : statusOf(error);
  const message = (error as Error)?.message ?? String(error);
  const known = fixes.find(([pattern]) => pattern.test(name) || pattern.test(message))?.[1];
  const fix = known === noCredentials && profile ? noCredentialsOf(profile) : known;
  const unreached = known === undefined || known === isTwinUp ? networkProblem(error) : undefined;
  if (unreached) return new LabError({ where: 'AWS', ...unreached }, exitCodes.service);
  if (!fix && status === undefined) return error;
  return new LabError(
    { where: missingBucket(error, name), message: saidOf(name, message, status), ...(fix ? { fix } : {}) },
    exitCodes.service,
  );
}

/** Of a bucket that is not there it matters which one that is; the SDK and we keep what S3 says of it under two names. */
function missingBucket(error: unknown, name: string): string {
  const { bucket, BucketName } = error as { readonly bucket?: string; readonly BucketName?: string };
  const which = bucket ?? BucketName;
  return name === 'NoSuchBucket' && which !== undefined ? `s3://${which}/` : 'AWS';
}

/** An answer to HEAD has no body: the SDK has no word for it but the number. */
const saidOf = (name: string, message: string, status: number | undefined): string =>
  message === 'UnknownError' && status !== undefined
    ? `it answered with HTTP ${status}, and without a reason`
    : message.startsWith(name)
      ? message
      : `${name}: ${message}`;

const isTwinUp = 'nothing answers there; where it was the twin: npx lab twin up';
const noCredentials =
  'no AWS credentials were found: aws configure sso, or set AWS_PROFILE (on the twin: --local)';
const noCredentialsOf = (profile: string): string =>
  `profile ${JSON.stringify(profile)} has none, or is not there: aws configure list-profiles`;

const fixes: readonly (readonly [RegExp, string])[] = [
  [
    /SSOTokenProviderFailure|SSO session|Token is expired|\bsso\b/i,
    'your SSO session has ended: aws sso login',
  ],
  [/^ExpiredToken/, 'the credentials have expired: sign in again (aws sso login, or new keys)'],
  [/CredentialsProviderError|Could not load credentials/i, noCredentials],
  [
    /^AccessDenied|UnauthorizedOperation/,
    'the identity you use may not do this: ask whoever deployed the lab for member rights, or for a keeper’s where something is deleted (on the twin: LAB_TWIN_AS=keepers)',
  ],
  [
    /^NoSuchBucket$/,
    'is it named as it is in lab.config.ts, and was the lab deployed since? (on the twin: npx lab twin down, then npx lab twin up)',
  ],
  [/ECONNREFUSED/, isTwinUp],
];
