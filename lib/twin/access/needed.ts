import { AwsError } from '../http/service.ts';
import type { RequestContext } from '../iam/types.ts';

/** A right that a request needs. */
export interface Needed {
  /** `s3:PutObject`. */
  readonly action: string;
  readonly resource: string;
  /** What IAM knows of the request beside who asks; keys in lower case. */
  readonly context?: RequestContext;
}

/** Decides for one request. */
export interface Rights {
  /** Throws AwsError, in AWS's words, for the first right that the caller has not. */
  want(needed: readonly Needed[]): void;
  may(needed: Needed): boolean;
  /** Whether any policy asks for a key that begins so: what costs something to know is looked up for those alone. */
  asksFor(key: string): boolean;
}

/** Of a service that is tried by itself, without a stack: its caller is an administrator. */
export const everyRight: Rights = { want: () => undefined, may: () => true, asksFor: () => false };

/** Of who sends no signature, where nothing is open to everyone. */
export const noRight: Rights = {
  want: () => {
    throw notOpen();
  },
  may: () => false,
  asksFor: () => false,
};

export const notOpen = (): AwsError =>
  new AwsError('AccessDenied', 403, 'Access Denied: the request carries no signature.');
