import { createHash } from 'node:crypto';

export interface SecretVersion {
  readonly id: string;
  /** Epoch seconds, as all times here. */
  readonly createdAt: number;
  stages: string[];
  readonly string?: string | undefined;
  /** Base64, as on the wire. */
  readonly binary?: string | undefined;
}

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  changedAt: number;
  /** When the recovery window ends; set while the secret is marked for deletion. */
  deletedAt?: number;
  readonly description?: string;
  readonly tags?: readonly { readonly Key: string; readonly Value: string }[];
  versions: SecretVersion[];
}

/** A secret's ARN with the six characters that make a recreated secret another one; the stack's own is made at 0. */
export function secretArn(region: string, account: string, name: string, createdAt: number): string {
  const digest = createHash('sha256').update(`${name}\n${createdAt}`).digest('base64');
  const suffix = digest.replace(/[^A-Za-z0-9]/g, '').slice(0, 6);
  return `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix}`;
}

/** Finds a secret by name, ARN, or ARN without its six characters. */
export function findSecret(secrets: ReadonlyMap<string, Secret>, id: string): Secret | undefined {
  const byName = secrets.get(id);
  if (byName || !id.startsWith('arn:')) return byName;
  const all = [...secrets.values()];
  return all.find(secret => secret.arn === id) ?? all.find(secret => secret.arn.slice(0, -7) === id);
}
