import type { Refusal } from '../contract/ports/account.ts';

/** What an error of a service says: its code, its sentence and the HTTP status. */
export function refusalOf(error: unknown): Refusal {
  const { name, message, $metadata } = (error ?? {}) as {
    name?: string;
    message?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  return {
    name: name || 'Error',
    message: message || String(error),
    ...(status === undefined ? {} : { status }),
  };
}

/**
 * The IAM action that was denied, or undefined when the refusal is none of permissions. AWS names it in most messages
 * ("is not authorized to perform: ec2:DescribeImages"); where it does not, `needs` stands in.
 */
export function deniedAction(refusal: Refusal, needs: readonly string[]): string | undefined {
  const isDenied =
    /AccessDenied|UnauthorizedOperation|NotAuthorized|^Forbidden$/i.test(refusal.name) ||
    /is not authorized to perform|not authorized to perform this operation/i.test(refusal.message) ||
    (refusal.status === 403 && !/Signature|InvalidAccessKeyId|Token|Expired/i.test(refusal.name));
  if (!isDenied) return undefined;
  const named = /not authorized to perform:? ([a-z0-9-]+:[A-Za-z*]+)/.exec(refusal.message)?.[1];
  return named ?? needs.join(', ');
}
