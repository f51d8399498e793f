import { LabError } from '../spec/errors.ts';
import { exitCodes } from '../spec/exit-codes.ts';

export const errorName = (error: unknown): string => (error as { name?: string })?.name ?? '';
export const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } })?.$metadata?.httpStatusCode;

/** A sentence with a fix for what AWS refused, or the error itself where it is none of AWS's. */
export function explainAwsError(error: unknown): unknown {
  const name = errorName(error);
  const message = (error as Error)?.message ?? String(error);
  const fix = fixes.find(([pattern]) => pattern.test(name) || pattern.test(message))?.[1];
  if (!fix && statusOf(error) === undefined) return error;
  return new LabError(
    { where: 'AWS', message: `${name}: ${message}`, ...(fix ? { fix } : {}) },
    exitCodes.service,
  );
}

const fixes: readonly (readonly [RegExp, string])[] = [
  [/SSOTokenProviderFailure|SSO session|Token is expired|sso/i, 'your SSO session has ended: aws sso login'],
  [/^ExpiredToken/, 'the credentials have expired: sign in again (aws sso login, or new keys)'],
  [
    /CredentialsProviderError|Could not load credentials/i,
    'no AWS credentials were found: aws configure sso, or set AWS_PROFILE; or try it with --local',
  ],
  [
    /^AccessDenied|UnauthorizedOperation/,
    'the identity you use may not do this: ask whoever deployed the lab for member rights',
  ],
  [/ECONNREFUSED/, 'nothing answers there; is the twin up? lab twin status'],
];
