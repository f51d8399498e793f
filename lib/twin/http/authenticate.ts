import { timingSafeEqual } from 'node:crypto';
import { canonicalRequest, encodeStrict, hmac, sha256Hex, signingKey } from './canonical.ts';
import { AwsError } from './service.ts';

export interface Credential {
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The keys that the twin knows. */
export interface KnownCredentials {
  find(accessKeyId: string): Credential | undefined;
}

/** A request's head, before anything in it is believed. */
export interface RequestHead {
  readonly method: string;
  readonly rawPath: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
}

/** How a request says it was signed, not verified yet. */
export interface Signed {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly amzDate: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly sessionToken?: string;
  /** Seconds that a presigned address holds; undefined for a signature in the header. */
  readonly expires?: number;
}

/** Enough to verify the signatures of the chunks that follow. */
export interface VerifiedSignature {
  readonly key: Buffer;
  readonly amzDate: string;
  readonly scope: string;
  readonly signature: string;
}

const algorithm = 'AWS4-HMAC-SHA256';
const allowedSkewMs = 15 * 60 * 1000;
const longestExpiry = 7 * 24 * 3600;

/** Reads it from the Authorization header or the presigned query; undefined when there is neither. Throws AwsError when it is malformed. */
export function readSigned(head: RequestHead): Signed | undefined {
  const header = head.headers.authorization;
  if (header !== undefined) return signedInHeader(head, header);
  const query = new Map(head.query);
  if (query.has('AWSAccessKeyId')) throw retired();
  if (!query.has('X-Amz-Signature') && !query.has('X-Amz-Algorithm')) return undefined;
  try {
    return signedInQuery(query);
  } catch (error) {
    // What is wrong is said of the query, where it stands.
    throw new AwsError('AuthorizationQueryParametersError', 400, (error as Error).message);
  }
}

/** Verifies it over the given payload hash. Throws AwsError as AWS words it. */
export function verifySigned(
  head: RequestHead,
  signed: Signed,
  credentials: KnownCredentials,
  payloadHash: string,
  now: Date,
): VerifiedSignature {
  const credential = credentials.find(signed.accessKeyId);
  if (!credential) {
    const message = 'The AWS Access Key Id you provided does not exist in our records.';
    throw new AwsError('InvalidAccessKeyId', 403, message, { AWSAccessKeyId: signed.accessKeyId });
  }
  checkTime(signed, now);
  checkSignedHeaders(head, signed);
  const scope = `${signed.date}/${signed.region}/${signed.service}/aws4_request`;
  const canonical = canonicalRequest({
    method: head.method,
    path: canonicalPath(head.rawPath, signed.service),
    query: head.query.filter(([name]) => name !== 'X-Amz-Signature'),
    headers: head.headers,
    signedHeaders: signed.signedHeaders,
    payloadHash,
  });
  const stringToSign = [algorithm, signed.amzDate, scope, sha256Hex(canonical)].join('\n');
  const key = signingKey(credential.secretAccessKey, signed.date, signed.region, signed.service);
  if (!sameText(hmac(key, stringToSign).toString('hex'), signed.signature)) throw signatureMismatch(signed);
  if (!sameText(credential.sessionToken ?? '', signed.sessionToken ?? '')) {
    const message = 'The provided token is malformed or otherwise invalid.';
    throw new AwsError('InvalidToken', 400, message);
  }
  return { key, amzDate: signed.amzDate, scope, signature: signed.signature };
}

export function signatureMismatch(signed?: Signed): AwsError {
  const message =
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.';
  return new AwsError(
    'SignatureDoesNotMatch',
    403,
    message,
    signed ? { AWSAccessKeyId: signed.accessKeyId, SignatureProvided: signed.signature } : {},
  );
}

/** Compares two secrets without telling by its duration where they differ. */
export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function signedInHeader(head: RequestHead, header: string): Signed {
  const [scheme, rest] = splitOnce(header.trim(), ' ');
  if (scheme === 'AWS') throw retired();
  if (scheme !== algorithm) throw malformed(`Unsupported authorization type "${scheme}"; use ${algorithm}.`);
  const fields = new Map(rest.split(',').map(field => splitOnce(field.trim(), '=')));
  return signedOf({
    credential: fields.get('Credential'),
    signedHeaders: fields.get('SignedHeaders'),
    signature: fields.get('Signature'),
    amzDate: head.headers['x-amz-date'],
    sessionToken: head.headers['x-amz-security-token'],
  });
}

function signedInQuery(query: ReadonlyMap<string, string>): Signed {
  if (query.get('X-Amz-Algorithm') !== algorithm) throw malformed(`X-Amz-Algorithm must be ${algorithm}.`);
  const expires = Number(query.get('X-Amz-Expires'));
  if (!Number.isInteger(expires) || expires < 1 || expires > longestExpiry) {
    throw malformed(`X-Amz-Expires must be a number between 1 and ${longestExpiry} seconds.`);
  }
  return {
    ...signedOf({
      credential: query.get('X-Amz-Credential'),
      signedHeaders: query.get('X-Amz-SignedHeaders'),
      signature: query.get('X-Amz-Signature'),
      amzDate: query.get('X-Amz-Date'),
      sessionToken: query.get('X-Amz-Security-Token'),
    }),
    expires,
  };
}

function signedOf(
  fields: Record<
    'credential' | 'signedHeaders' | 'signature' | 'amzDate' | 'sessionToken',
    string | undefined
  >,
): Signed {
  const { credential, signedHeaders, signature, amzDate, sessionToken } = fields;
  if (!credential || !signedHeaders || !signature)
    throw malformed('The authorization lacks Credential, SignedHeaders or Signature.');
  const scope = credential.split('/');
  const [date, region, service, end] = scope.slice(-4);
  const accessKeyId = scope.slice(0, -4).join('/');
  if (!accessKeyId || !date || !region || !service || end !== 'aws4_request') {
    throw malformed(`The credential "${credential}" must be KEY/YYYYMMDD/REGION/SERVICE/aws4_request.`);
  }
  if (!amzDate || !/^\d{8}T\d{6}Z$/.test(amzDate))
    throw malformed('AWS authentication requires a valid x-amz-date.');
  if (!amzDate.startsWith(date))
    throw malformed('The date in the credential scope is not the date of x-amz-date.');
  return {
    accessKeyId,
    date,
    region,
    service,
    amzDate,
    signedHeaders: signedHeaders.toLowerCase().split(';'),
    signature,
    ...(sessionToken ? { sessionToken } : {}),
  };
}

function checkTime(signed: Signed, now: Date): void {
  const iso = signed.amzDate.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const signedAt = Date.parse(iso);
  if (Number.isNaN(signedAt)) throw malformed('AWS authentication requires a valid x-amz-date.');
  const ageMs = now.getTime() - signedAt;
  if (signed.expires !== undefined && ageMs > signed.expires * 1000) {
    throw new AwsError('AccessDenied', 403, 'Request has expired', { ServerTime: now.toISOString() });
  }
  if (signed.expires !== undefined && ageMs < -allowedSkewMs) {
    throw new AwsError('AccessDenied', 403, 'Request is not valid yet', { ServerTime: now.toISOString() });
  }
  if (ageMs < -allowedSkewMs || (signed.expires === undefined && ageMs > allowedSkewMs)) {
    const message = 'The difference between the request time and the current time is too large.';
    throw new AwsError('RequestTimeTooSkewed', 403, message, {
      RequestTime: signed.amzDate,
      ServerTime: now.toISOString(),
      MaxAllowedSkewMilliseconds: String(allowedSkewMs),
    });
  }
}

/** A header that AWS acts on and nobody signed could have been put there by anybody. */
function checkSignedHeaders(head: RequestHead, signed: Signed): void {
  const unsigned = Object.keys(head.headers).filter(
    name => (name === 'host' || name.startsWith('x-amz-')) && !signed.signedHeaders.includes(name),
  );
  if (unsigned.length === 0) return;
  const message = 'There were headers present in the request which were not signed';
  throw new AwsError('AccessDenied', 403, message, { HeadersNotSigned: unsigned.join(', ') });
}

/** S3 signs the path encoded once; every other service signs it encoded twice. */
function canonicalPath(rawPath: string, service: string): string {
  return service === 's3' ? encodeStrict(decodeURIComponent(rawPath), true) : encodeStrict(rawPath, true);
}

/** Signature Version 2. */
function retired(): AwsError {
  const message =
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.';
  return new AwsError('InvalidRequest', 400, message);
}

function malformed(message: string): AwsError {
  return new AwsError('AuthorizationHeaderMalformed', 400, message);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
