import { credentials } from '../../../lib/doctor/checks/credentials.ts';
import { awsError, findings, minutesAgo } from '../fake-account.ts';

describe('credentials', () => {
  const of = (name: string, message = '') =>
    findings(credentials, { identity: () => Promise.reject(awsError(name, message, 403)) });

  it('that are not there, not valid or at their end are a failure with a fix of its own', async () => {
    expect(
      (await of('CredentialsProviderError', 'Could not load credentials from any providers'))[0],
    ).toMatchObject({
      outcome: 'fail',
      fix: expect.stringContaining('aws configure sso'),
    });
    expect((await of('InvalidClientTokenId'))[0]!.fix).toContain('aws configure');
    expect((await of('ExpiredToken'))[0]!.fix).toContain('sign in again');
    expect((await of('SignatureDoesNotMatch'))[0]!.fix).toContain('secret');
    expect((await of('Error', 'getaddrinfo ENOTFOUND sts.us-east-1.amazonaws.com'))[0]!.fix).toContain(
      'network',
    );
  });

  it('of an SSO session that ends within the hour are a warning, those of one that has ended a failure', async () => {
    const session = { name: 'lab', renewable: false };
    const soon = { ...session, expiresAt: minutesAgo(-20) };
    expect(await findings(credentials, { ssoSession: async () => soon })).toEqual([
      {
        outcome: 'warn',
        text: 'account 123456789012, user/ann; the SSO session ends in 20 min',
        fix: 'aws sso login --sso-session lab',
      },
    ]);
    const ended = { ...session, expiresAt: minutesAgo(5) };
    const refused = () => Promise.reject(awsError('CredentialsProviderError', 'Token is expired', 0));
    expect((await findings(credentials, { identity: refused, ssoSession: async () => ended }))[0]).toEqual({
      outcome: 'fail',
      text: 'the SSO session lab has ended',
      fix: 'aws sso login --sso-session lab',
    });
  });

  it('that the CLI renews by itself, or that last for long, are ok', async () => {
    const renewable = { name: 'lab', renewable: true, expiresAt: minutesAgo(-20) };
    expect((await findings(credentials, { ssoSession: async () => renewable }))[0]!.outcome).toBe('ok');
    const identity = async () => ({
      account: '1',
      arn: 'arn:aws:sts::1:assumed-role/r/s',
      expiresAt: minutesAgo(-200),
    });
    expect(await findings(credentials, { identity })).toEqual([
      { outcome: 'ok', text: 'account 1, assumed-role/r/s, until 2026-11-21T15:20Z' },
    ]);
    const short = async () => ({ ...(await identity()), expiresAt: minutesAgo(-10) });
    expect((await findings(credentials, { identity: short }))[0]!.outcome).toBe('warn');
  });
});
