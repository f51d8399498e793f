import type { Needed } from '../access/needed.ts';
import type { JsonCall } from '../http/service.ts';
import { findSecret, type Secret } from './secret.ts';

/** The rights that a call of Secrets Manager needs. `arn` is `arn:aws:secretsmanager:REGION:ACCOUNT`. */
export function secretRights(
  action: string,
  input: JsonCall['input'],
  secrets: ReadonlyMap<string, Secret>,
  arn: string,
): Needed[] {
  if (action === 'ListSecrets') return [{ action: 'secretsmanager:ListSecrets', resource: '*' }];
  if (!known.includes(action)) return [];
  const id = String((action === 'CreateSecret' ? input.Name : input.SecretId) ?? '');
  const secret = findSecret(secrets, id);
  const resource = secret?.arn ?? (id.startsWith('arn:') ? id : `${arn}:secret:${id}`);
  const tags = (secret?.tags ?? []).map(({ Key, Value }) => [`aws:resourcetag/${Key.toLowerCase()}`, Value]);
  const context = {
    ...Object.fromEntries(tags),
    ...(secret ? { 'secretsmanager:secretid': secret.arn } : {}),
    ...(action === 'GetSecretValue'
      ? { 'secretsmanager:versionstage': String(input.VersionStage ?? 'AWSCURRENT') }
      : {}),
    ...(action === 'GetSecretValue' && typeof input.VersionId === 'string'
      ? { 'secretsmanager:versionid': input.VersionId }
      : {}),
  };
  return [{ action: `secretsmanager:${action}`, resource, context }];
}

const known = [
  'CreateSecret',
  'PutSecretValue',
  'GetSecretValue',
  'DescribeSecret',
  'DeleteSecret',
  'RestoreSecret',
];
