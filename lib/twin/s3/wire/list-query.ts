import { s3Errors } from './errors.ts';

const largestCount = 2 ** 31 - 1;

/** How many entries a page may have at most; S3 gives no more than 1,000. */
export const pageSize = (query: URLSearchParams, name: string): number =>
  Math.min(1000, countOf(query, name, 1000));

/** A number from the query. Throws AwsError for what is none that S3 takes. */
export function countOf(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  const number = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 0 && number <= largestCount) return number;
  const message =
    number < 0
      ? `Argument ${name} must be an integer between 0 and ${largestCount}`
      : `Provided ${name} not an integer or within integer range`;
  throw s3Errors.invalidArgument(message, name, text);
}

/** How a listing writes keys and prefixes: as they are, or, where the client asks for it, as S3 encodes them. */
export function writerOf(query: URLSearchParams): {
  readonly write: (text: string) => string;
  readonly EncodingType: string | undefined;
} {
  const type = query.get('encoding-type');
  if (type === null) return { write: text => text, EncodingType: undefined };
  if (type === 'url') return { write: urlEncode, EncodingType: type };
  throw s3Errors.invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', type);
}

/** Like a form, but `/` stays. */
function urlEncode(text: string): string {
  return encodeURIComponent(text)
    .replace(/%2F/g, '/')
    .replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+');
}
