import { AwsError, anonymous, type SignedRequest } from '../http/service.ts';
import { decide } from '../iam/decide.ts';
import type { Decision, IamRequest, Policy } from '../iam/types.ts';
import { explain, refusalOf } from '../iam/words.ts';
import type { Caller, Callers } from './callers.ts';
import { everyRight, type Needed, notOpen, type Rights } from './needed.ts';

type Head = Pick<SignedRequest, 'accessKeyId' | 'region' | 'headers'>;

/** Whoever sends no signature: has no policies, and is meant by those of buckets that mean everyone. */
const anyone: Caller = {
  principal: { arn: 'anonymous', account: 'anonymous' },
  policies: [],
  context: { 'aws:principaltype': 'Anonymous' },
};

export interface AuthorityOptions {
  readonly account: string;
  readonly callers: Callers;
  /** By name: a bucket's own policies. */
  readonly ofBuckets: ReadonlyMap<string, readonly Policy[]>;
  /** Told of every refusal, with the statement that was missing or that denied. */
  readonly onRefusal: (text: string) => void;
}

/** Decides requests as IAM does, by the policies of whoever sent them and of the bucket that they are about. */
export class Authority {
  private readonly options: AuthorityOptions;
  private readonly told = new Set<string>();

  constructor(options: AuthorityOptions) {
    this.options = options;
  }

  /** The rights of a request's sender to a service. Who is none of the account's is left to the bucket of theirs. */
  of(service: string, request: Head): Rights {
    const isAnyone = request.accessKeyId === anonymous;
    const caller = isAnyone ? anyone : this.options.callers.find(request.accessKeyId);
    if (!caller) return everyRight;
    const { account } = this.options;
    const now = new Date();
    const common = {
      ...caller.context,
      'aws:principalaccount': account,
      'aws:principalisawsservice': 'false',
      'aws:viaawsservice': 'false',
      'aws:resourceaccount': account,
      'aws:requestedregion': request.region,
      // Loopback stands for TLS: nothing of it leaves the machine.
      'aws:securetransport': 'true',
      'aws:currenttime': now.toISOString(),
      'aws:epochtime': String(Math.floor(now.getTime() / 1000)),
      ...(request.headers['user-agent'] === undefined
        ? {}
        : { 'aws:useragent': request.headers['user-agent'] }),
    };
    const judge = (needed: Needed): [Decision, IamRequest, readonly Policy[]] => {
      const asked: IamRequest = {
        principal: caller.principal,
        action: needed.action,
        resource: needed.resource,
        context: { ...common, ...needed.context },
      };
      const policies = [...caller.policies, ...this.ofResource(needed.resource)];
      return [decide(policies, asked), asked, policies];
    };
    return {
      may: needed => judge(needed)[0].isAllowed,
      asksFor: key => caller.policies.some(each => asks(each, key)) || this.bucketsAsk(key),
      want: all => {
        for (const needed of all) {
          const [decision, asked, policies] = judge(needed);
          if (decision.isAllowed) continue;
          if (isAnyone) throw notOpen();
          this.tell(asked, explain(policies, asked, decision));
          throw accessDenied(service, refusalOf(asked, decision, service === 's3' ? '"' : ''));
        }
      },
    };
  }

  private ofResource(resource: string): readonly Policy[] {
    const bucket = /^arn:aws:s3:::([^/]+)/.exec(resource)?.[1];
    return bucket === undefined ? [] : (this.options.ofBuckets.get(bucket) ?? []);
  }

  private bucketsAsk(key: string): boolean {
    return [...this.options.ofBuckets.values()].flat().some(each => asks(each, key));
  }

  /** Once each: a harness that tries again says nothing new. */
  private tell({ principal, action, resource }: IamRequest, why: readonly string[]): void {
    const text = `refused: ${principal.arn.split(':').at(-1)} ${action} on ${resource}: ${why.join('; ')}`;
    if (this.told.has(text)) return;
    this.told.add(text);
    this.options.onRefusal(text);
  }
}

const asks = (policy: Policy, key: string): boolean =>
  policy.statements.some(each => each.conditions.some(one => one.key.toLowerCase().startsWith(key)));

/** The error's name and status differ by protocol. */
function accessDenied(service: string, message: string): AwsError {
  if (service === 's3' || service === 'sts' || service === 'cloudformation') {
    return new AwsError('AccessDenied', 403, message);
  }
  return new AwsError('AccessDeniedException', service === 'batch' ? 403 : 400, message);
}
