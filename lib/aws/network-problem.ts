/** What kept a request from ever reaching AWS, and what to look at; undefined for an error of any other kind. */
export function networkProblem(
  error: unknown,
): { readonly message: string; readonly fix: string } | undefined {
  for (const each of causesOf(error)) {
    const code = codeOf(each);
    const message = `cannot reach AWS: ${whatOf(each, code)}`;
    if (certificates.has(code))
      return {
        message,
        fix: 'a proxy stands between: NODE_EXTRA_CA_CERTS=FILE names its certificate',
      };
    // Something of this machine's own, such as the twin, is told by who knows it.
    if (code === 'ECONNREFUSED' && isLoopback(each)) return undefined;
    if (unreachable.has(code))
      return {
        message,
        fix: 'is there a network, a VPN or a proxy (HTTPS_PROXY), and is the region right? Then the same again',
      };
  }
  return undefined;
}

interface Cause {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly hostname?: string;
  readonly address?: string;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

const unreachable: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ETIMEDOUT',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'TimeoutError',
]);
const certificates: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** The SDK may give an error of Node's in its words alone: `getaddrinfo ENOTFOUND s3.us-east-1.amazonaws.com`. */
const codeOf = ({ code, name, message = '' }: Cause): string =>
  code ?? /(?:getaddrinfo|connect|read|write) (E[A-Z_]+)\b/.exec(message)?.[1] ?? name ?? '';

/** An error, and all that it came of: Node tries a name's addresses one after the other and gathers what they said. */
function* causesOf(error: unknown, depth = 0): Iterable<Cause> {
  if (typeof error !== 'object' || error === null || depth > 4) return;
  const cause = error as Cause;
  yield cause;
  yield* causesOf(cause.cause, depth + 1);
  for (const each of cause.errors ?? []) yield* causesOf(each, depth + 1);
}

function whatOf({ message = '', hostname }: Cause, code: string): string {
  if (code !== 'ENOTFOUND' && code !== 'EAI_AGAIN') return message || code;
  return `${hostname ?? message.split(' ').at(-1)} is not found (${code})`;
}

const isLoopback = ({ address, message = '' }: Cause): boolean =>
  /^(127\.|::1)/.test(address ?? '') || /127\.0\.0\.1|::1|localhost/.test(message);
