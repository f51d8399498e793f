import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JobDefinition } from '../template/twin-stack.ts';

/** Keys that hold for a while. */
export interface SessionKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Gives keys of a job's role to a container, and takes them back. */
export interface RoleKeys {
  assume(definition: Pick<JobDefinition, 'jobRole'>, session: string): SessionKeys | undefined;
  forget(accessKeyId: string): void;
}

export interface ContainerCredentials {
  /** A token for one container's keys, until it is revoked; none where the job has no role. */
  grant(
    definition: Pick<JobDefinition, 'jobRole'>,
    session: string,
  ): { readonly token?: string; revoke(): void };
  /** Answers a request for keys; false when the request is for something else. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

/** Keys of ECS hold so long; a container asks again before. */
const sessionMs = 6 * 3_600_000;

/** Where a container asks for its role's keys. */
export const credentialsPath = '/_lab/credentials';

/** The address at which ECS gives a container its role's keys; each container has a token of its own, and a session. */
export function containerCredentials(roles: RoleKeys): ContainerCredentials {
  const granted = new Map<string, SessionKeys>();
  return {
    grant(definition, session) {
      const keys = roles.assume(definition, session);
      if (!keys) return { revoke: () => undefined };
      const token = randomBytes(24).toString('base64url');
      granted.set(token, keys);
      return {
        token,
        revoke: () => {
          granted.delete(token);
          roles.forget(keys.accessKeyId);
        },
      };
    },
    async handle(request, response) {
      if (request.url !== credentialsPath) return false;
      const keys = granted.get(request.headers.authorization ?? '');
      if (!keys) {
        response.writeHead(403).end();
        return true;
      }
      const body = {
        AccessKeyId: keys.accessKeyId,
        SecretAccessKey: keys.secretAccessKey,
        Token: keys.sessionToken,
        Expiration: new Date(Date.now() + sessionMs).toISOString(),
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return true;
    },
  };
}
