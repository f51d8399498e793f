import { readFile } from 'node:fs/promises';
import { plainGet } from './http.ts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export type CredentialSource = () => Promise<Keys>;

/** Keys that never change: a dataset's. */
export const fixedKeys =
  (keys: Keys): CredentialSource =>
  async () =>
    keys;

/**
 * The job role's keys, from the address that ECS gives a container; asked for again five minutes before they expire.
 * Outside ECS, keys of the environment.
 */
export function containerKeys(environment: NodeJS.ProcessEnv): CredentialSource {
  const relative = environment.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI;
  const url = relative ? `http://169.254.170.2${relative}` : environment.AWS_CONTAINER_CREDENTIALS_FULL_URI;
  if (!url) return environmentKeys(environment);
  let known: { keys: Keys; until: number } | undefined;
  return async () => {
    if (known && Date.now() < known.until) return known.keys;
    const token = environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE
      ? (await readFile(environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, 'utf8')).trim()
      : environment.AWS_CONTAINER_AUTHORIZATION_TOKEN;
    const answer = JSON.parse(await plainGet(url, token ? { authorization: token } : {})) as {
      AccessKeyId: string;
      SecretAccessKey: string;
      Token?: string;
      Expiration: string;
    };
    const keys: Keys = {
      accessKeyId: answer.AccessKeyId,
      secretAccessKey: answer.SecretAccessKey,
      ...(answer.Token ? { sessionToken: answer.Token } : {}),
    };
    known = { keys, until: Date.parse(answer.Expiration) - 5 * 60_000 };
    return keys;
  };
}

function environmentKeys(environment: NodeJS.ProcessEnv): CredentialSource {
  return async () => {
    const {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    } = environment;
    if (!accessKeyId || !secretAccessKey)
      throw new Error('the container has no AWS credentials: neither a job role nor keys in its environment');
    return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  };
}
