import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface ContainerCredentials {
  /** A token for one container, until it is revoked. */
  grant(): { readonly token: string; revoke(): void };
  /** Answers a request for keys; false when the request is for something else. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

/** Where a container asks for its role's keys. */
export const credentialsPath = '/_lab/credentials';

/** The address at which ECS gives a container its role's keys; each container has a token of its own. */
export function containerCredentials(keys: {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}): ContainerCredentials {
  const tokens = new Set<string>();
  return {
    grant() {
      const token = randomBytes(24).toString('base64url');
      tokens.add(token);
      return { token, revoke: () => void tokens.delete(token) };
    },
    async handle(request, response) {
      if (request.url !== credentialsPath) return false;
      if (!tokens.has(request.headers.authorization ?? '')) {
        response.writeHead(403).end();
        return true;
      }
      const body = {
        AccessKeyId: keys.accessKeyId,
        SecretAccessKey: keys.secretAccessKey,
        Token: '',
        Expiration: new Date(Date.now() + 6 * 3_600_000).toISOString(),
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return true;
    },
  };
}
