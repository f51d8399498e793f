import type { Identity, Refusal, SsoSession } from '../../contract/ports/account.ts';
import { type Check, fail, ok, warn } from '../finding.ts';
import { refusalOf } from '../permission.ts';

interface Facts {
  readonly identity: Identity | Refusal;
  readonly sso: SsoSession | undefined;
}

/** Credentials are there, are valid, and last: a run is watched for hours. */
export const credentials: Check<Facts> = {
  name: 'credentials',
  needs: ['sts:GetCallerIdentity'],
  gather: async account => {
    const [identity, sso] = await Promise.all([
      account.identity().catch(refusalOf),
      account.ssoSession().catch(() => undefined),
    ]);
    return { identity, sso };
  },
  judge({ identity, sso }, { now }) {
    if (!('arn' in identity)) return [refused(identity, sso, now)];
    const who = `account ${identity.account}, ${identity.arn.replace(/^arn:[^:]*:[^:]*::\d*:/, '')}`;
    if (sso && !sso.renewable && left(sso.expiresAt, now) < soonMinutes)
      return [
        warn(
          `${who}; the SSO session ends ${inText(sso.expiresAt, now)}`,
          `aws sso login${sessionOption(sso)}`,
        ),
      ];
    // Keys that a live SSO session hands out are renewed by themselves.
    if (!sso && identity.expiresAt && left(identity.expiresAt, now) < soonMinutes)
      return [warn(`${who}; the credentials end ${inText(identity.expiresAt, now)}`, 'sign in again')];
    const end = sso ? sso.expiresAt : identity.expiresAt;
    return [ok(end ? `${who}, until ${end.toISOString().slice(0, 16)}Z` : who)];
  },
};

const soonMinutes = 60;
const left = (end: Date, now: Date): number => (end.getTime() - now.getTime()) / 60_000;
const sessionOption = (sso: SsoSession): string => (sso.name ? ` --sso-session ${sso.name}` : '');

function inText(end: Date, now: Date): string {
  const minutes = Math.floor(left(end, now));
  return minutes <= 0 ? 'now' : `in ${minutes} min`;
}

function refused(refusal: Refusal, sso: SsoSession | undefined, now: Date) {
  const text = `${refusal.name}: ${refusal.message}`;
  if (sso && left(sso.expiresAt, now) <= 0)
    return fail(`the SSO session ${sso.name} has ended`, `aws sso login${sessionOption(sso)}`);
  const fix = fixes.find(([pattern]) => pattern.test(refusal.name) || pattern.test(refusal.message))?.[1];
  return fail(
    text,
    fix ?? 'aws sts get-caller-identity tells the same; sign in again (aws sso login), or set AWS_PROFILE',
  );
}

const fixes: readonly (readonly [RegExp, string])[] = [
  [/SSO|Token is expired/, 'aws sso login'],
  [/^Expired/, 'the keys have ended: sign in again (aws sso login), or get new ones'],
  [/Could not load credentials|CredentialsProviderError/, 'aws configure sso, then set AWS_PROFILE'],
  [
    /InvalidClientTokenId|InvalidAccessKeyId/,
    'AWS knows no such key: aws configure, with a key that is active',
  ],
  [
    /SignatureDoesNotMatch/,
    'the secret is not the one of this key id: aws configure, with both copied again',
  ],
  [/RequestExpired|skew|RequestTimeTooSkewed/i, 'set this machine’s clock: it differs from AWS’s by minutes'],
  [
    /ENOTFOUND|ECONNREFUSED|EAI_AGAIN|timeout|ETIMEDOUT/i,
    'AWS is not reached: look at the network and its proxy',
  ],
];
