import { readFile } from 'node:fs/promises';
import { plainGet } from './http.ts';

export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export type CredentialSource = () => Promise<SigningKeys>;

/** Keys that never change: a dataset's. */
export const fixedKeys =
  (keys: SigningKeys): CredentialSource =>
  async () =>
    keys;

/** Keys are asked for again this long before they expire. */
const earlyMs = 5 * 60_000;

/**
 * The job role's keys, from the address that ECS gives a container; asked for again five minutes before they expire.
 * Outside ECS, keys of the environment.
 */
export function containerKeys(environment: NodeJS.ProcessEnv): CredentialSource {
  const relative = environment.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI;
  const url = relative ? `http://169.254.170.2${relative}` : environment.AWS_CONTAINER_CREDENTIALS_FULL_URI;
  if (!url) return environmentKeys(environment);
  refuseOtherHosts(url);
  let known: Granted | undefined;
  let asking: Promise<Granted> | undefined;
  return async () => {
    if (known && Date.now() < known.expires - earlyMs) return known.keys;
    // Requests that start together share one question.
    asking ??= ask(url, environment).finally(() => {
      asking = undefined;
    });
    try {
      known = await asking;
    } catch (error) {
      // Keys that still hold are better than none.
      if (!known || Date.now() >= known.expires) throw error;
    }
    return known.keys;
  };
}

interface Granted {
  readonly keys: SigningKeys;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

async function ask(url: string, environment: NodeJS.ProcessEnv): Promise<Granted> {
  const token = environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE
    ? (await readFile(environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, 'utf8')).trim()
    : environment.AWS_CONTAINER_AUTHORIZATION_TOKEN;
  const answer = JSON.parse(await plainGet(url, token ? { authorization: token } : {})) as {
    AccessKeyId: string;
    SecretAccessKey: string;
    Token?: string;
    Expiration: string;
  };
  return {
    keys: {
      accessKeyId: answer.AccessKeyId,
      secretAccessKey: answer.SecretAccessKey,
      ...(answer.Token ? { sessionToken: answer.Token } : {}),
    },
    expires: Date.parse(answer.Expiration) || 0,
  };
}

/** Over plain http only this machine and ECS's own address may hand out keys, as in AWS's SDKs. */
function refuseOtherHosts(url: string): void {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:') return;
  if (/^(127\.\d+\.\d+\.\d+|localhost|\[::1\]|169\.254\.170\.(2|23)|\[fd00:ec2::23\])$/.test(hostname))
    return;
  throw new Error(`${hostname} may not hand out credentials over http`);
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
