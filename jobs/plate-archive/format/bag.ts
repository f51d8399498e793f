import type { IndexEntry } from './archive-index.ts';
import { memberOf } from './archive-index.ts';
import { sha256 } from './inventory.ts';
import { encodeLines } from './lines.ts';

/** Files that make what the tars unpack to a bag of BagIt 1.0 (RFC 8493), which every archive's tools can check. */
export interface Bag {
  readonly 'bagit.txt': Buffer;
  readonly 'bag-info.txt': Buffer;
  readonly 'manifest-sha256.txt': Buffer;
  readonly 'tagmanifest-sha256.txt': Buffer;
}

/** `about`: lines of bag-info.txt. The date is that of the inventory: the same inventory makes the same bytes. */
export function bagOf(
  entries: Iterable<IndexEntry>,
  about: Readonly<Record<string, string>>,
  others: Readonly<Record<string, Buffer>> = {},
): Bag {
  let [bytes, files] = [0, 0];
  function* filesOf(): Iterable<IndexEntry> {
    for (const entry of entries) {
      if (entry.tar === undefined) continue;
      bytes += entry.size;
      files++;
      yield entry;
    }
  }
  const manifest = encodeLines(filesOf(), entry => `${entry.sha256}  ${bagPath(memberOf(entry))}`);
  const info = { ...about, 'Payload-Oxum': `${bytes}.${files}` };
  const bag = {
    'bagit.txt': Buffer.from('BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'),
    'bag-info.txt': Buffer.from(
      Object.entries(info)
        .map(([name, value]) => `${name}: ${value.replace(/[\r\n]+/g, ' ')}\n`)
        .join(''),
    ),
    'manifest-sha256.txt': manifest,
  };
  const tagged = Object.entries({ ...bag, ...others }).map(
    ([name, body]) => `${sha256(body)}  ${bagPath(name)}\n`,
  );
  return { ...bag, 'tagmanifest-sha256.txt': Buffer.from(tagged.join('')) };
}

/** What ends a line, and the sign that writes it otherwise, are percent-encoded in manifests. */
export const bagPath = (path: string): string =>
  path.replace(/[%\r\n]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
