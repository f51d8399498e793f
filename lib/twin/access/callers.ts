import { randomBytes } from 'node:crypto';
import type { SessionKeys } from '../container/credentials.ts';
import type { Credential } from '../http/authenticate.ts';
import type { Policy, Principal, RequestContext } from '../iam/types.ts';

/** Who asks, with what policies. */
export interface Caller {
  readonly principal: Principal;
  readonly policies: readonly Policy[];
  readonly context: RequestContext;
}

interface Known extends Caller {
  readonly credential: Credential;
}

/** The users and the sessions of roles that the twin knows, by their keys. */
export class Callers {
  private readonly known = new Map<string, Known>();
  private readonly account: string;

  constructor(account: string) {
    this.account = account;
  }

  find(accessKeyId: string): Known | undefined {
    return this.known.get(accessKeyId);
  }

  addUser(
    name: string,
    keys: { readonly accessKeyId: string; readonly secretAccessKey: string },
    policies: readonly Policy[],
  ): void {
    const { account } = this;
    this.known.set(keys.accessKeyId, {
      credential: { secretAccessKey: keys.secretAccessKey },
      principal: { arn: `arn:aws:iam::${account}:user/${name}`, account },
      policies,
      context: {
        'aws:principalarn': `arn:aws:iam::${account}:user/${name}`,
        'aws:principaltype': 'User',
        'aws:userid': idOf('AIDA', name),
        'aws:username': name,
      },
    });
  }

  /** Keys of a role, as ECS gives them to a task. */
  assume(
    role: { readonly name: string; readonly policies: readonly Policy[]; readonly tags: RequestContext },
    session: string,
  ): SessionKeys {
    const { account } = this;
    const keys: SessionKeys = {
      accessKeyId: `ASIATWIN${randomBytes(6).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64url'),
      sessionToken: randomBytes(48).toString('base64url'),
    };
    const roleArn = `arn:aws:iam::${account}:role/${role.name}`;
    this.known.set(keys.accessKeyId, {
      credential: keys,
      principal: { arn: `arn:aws:sts::${account}:assumed-role/${role.name}/${session}`, roleArn, account },
      policies: role.policies,
      context: {
        'aws:principalarn': roleArn,
        'aws:principaltype': 'AssumedRole',
        'aws:userid': `${idOf('AROA', role.name)}:${session}`,
        'aws:tokenissuetime': new Date().toISOString(),
        'aws:multifactorauthpresent': 'false',
        ...Object.fromEntries(
          Object.entries(role.tags).map(([key, value]) => [`aws:principaltag/${key.toLowerCase()}`, value]),
        ),
      },
    });
    return keys;
  }

  forget(accessKeyId: string): void {
    this.known.delete(accessKeyId);
  }
}

/** The same for a name at every start. */
const idOf = (prefix: string, name: string): string =>
  prefix + Buffer.from(name).toString('hex').toUpperCase().padEnd(17, '0').slice(0, 17);
