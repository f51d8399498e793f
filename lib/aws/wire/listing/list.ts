import type { ListOptions, ObjectInfo } from '../../../contract/ports/ports.ts';
import type { BucketCall } from '../bucket-call.ts';
import { sendAndRead } from '../http.ts';
import { elements, textBetween } from '../xml.ts';
import { dateOf, etagOf, keyReader } from './listed-key.ts';

/** ListObjectsV2, page after page; keys travel URL-encoded, since XML cannot hold all of them. */
export async function* listObjects(
  call: BucketCall,
  prefix: string,
  { startAfter, limit = Number.POSITIVE_INFINITY }: ListOptions = {},
): AsyncIterable<ObjectInfo> {
  let token: string | undefined;
  let left = limit;
  do {
    const query = {
      'list-type': '2',
      prefix,
      'encoding-type': 'url',
      ...(startAfter ? { 'start-after': startAfter } : {}),
      ...(token ? { 'continuation-token': token } : {}),
      ...(Number.isFinite(left) ? { 'max-keys': String(Math.min(1000, left)) } : {}),
    };
    const xml = (await sendAndRead(() => call('GET', '', { query }))).body.toString('utf8');
    const keyOf = keyReader(xml);
    for (const [from, end] of elements(xml, 'Contents')) {
      if (left-- <= 0) return;
      const text = (name: string): string => textBetween(xml, name, from, end) ?? '';
      yield {
        key: keyOf(text('Key')),
        size: Number(text('Size')),
        etag: etagOf(text('ETag')),
        lastModified: dateOf(text('LastModified')),
      };
    }
    token = xmlField(xml, 'NextContinuationToken') || undefined;
  } while (token && left > 0);
}

/** What is directly below a prefix, up to its next `/`. */
export async function* listFolders(call: BucketCall, prefix: string): AsyncIterable<string> {
  let token: string | undefined;
  do {
    const query = {
      'list-type': '2',
      prefix,
      delimiter: '/',
      'encoding-type': 'url',
      ...(token ? { 'continuation-token': token } : {}),
    };
    const xml = (await sendAndRead(() => call('GET', '', { query }))).body.toString('utf8');
    for (const [, folder = ''] of xml.matchAll(/<CommonPrefixes>([\s\S]*?)<\/CommonPrefixes>/g))
      yield decodeURIComponent(xmlField(folder, 'Prefix').replace(/\+/g, ' '));
    token = xmlField(xml, 'NextContinuationToken') || undefined;
  } while (token);
}

/** The text of the first element of that name; empty where there is none. */
export const xmlField = (xml: string, name: string): string =>
  (new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '')
    .replace(/&(?:quot|#34|#x22);/g, '"')
    .replace(/&(?:apos|#39|#x27);/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
