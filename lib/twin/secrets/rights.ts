import type { Needed } from '../access/needed.ts';
import type { JsonCall } from '../http/service.ts';
import { findSecret, type Secret } from './secret.ts';

export interface SecretsPlace {
  /** `arn:aws:secretsmanager:REGION:ACCOUNT`. */
  readonly arn: string;
  readonly region: string;
  /** By a secret's name, ARN of the account's own key that encrypts it. */
  readonly keys: ReadonlyMap<string, string>;
}

/** The rights that a call of Secrets Manager needs, that to the key of its secret among them. */
export function secretRights(
  action: string,
  input: JsonCall['input'],
  secrets: ReadonlyMap<string, Secret>,
  { arn, region, keys }: SecretsPlace,
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
  const key = secret && keys.get(secret.name);
  const viaService = { 'kms:viaservice': `secretsmanager.${region}.amazonaws.com` };
  return [
    { action: `secretsmanager:${action}`, resource, context },
    ...(key ? (keyUses[action] ?? []) : []).map(use => ({
      action: `kms:${use}`,
      resource: key!,
      context: viaService,
    })),
  ];
}

/** Source: docs.aws.amazon.com/secretsmanager, "Secret encryption and decryption": what who reads or writes has to be allowed. */
const keyUses: Readonly<Record<string, readonly string[]>> = {
  GetSecretValue: ['Decrypt'],
  PutSecretValue: ['GenerateDataKey', 'Decrypt'],
};

const known = [
  'CreateSecret',
  'PutSecretValue',
  'GetSecretValue',
  'DescribeSecret',
  'DeleteSecret',
  'RestoreSecret',
];
