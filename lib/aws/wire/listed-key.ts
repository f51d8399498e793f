import { fromXml, textBetween } from './xml.ts';

/**
 * How keys are written in a page of a listing: URL-encoded where the page says so. Some servers take `encoding-type=url` and
 * pass it over; a key with `%` or `+` in it would then be read as another one.
 */
export function keyReader(xml: string): (text: string) => string {
  if (textBetween(xml, 'EncodingType', 0, xml.length) !== 'url') return fromXml;
  return text => {
    const encoded = fromXml(text);
    try {
      return decodeURIComponent(encoded.replaceAll('+', ' '));
    } catch {
      throw new Error(`the key ${encoded} is not UTF-8`);
    }
  };
}
