import type { SignedRequest } from '../../http/service.ts';
import { s3Errors } from './errors.ts';

const names = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

/** The headers of a read's answer that the request says itself, by `response-content-type` and the like. */
export function headersAsked({ query }: SignedRequest): Record<string, string> {
  const asked: Record<string, string> = {};
  for (const [name, value] of query) {
    if (!name.startsWith('response-')) continue;
    const header = name.slice('response-'.length);
    if (!names.includes(header)) throw s3Errors.notImplemented(name);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      const message = 'Header value cannot be represented using ISO-8859-1.';
      throw s3Errors.invalidArgument(message, name, value);
    }
    asked[header] = value;
  }
  return asked;
}
