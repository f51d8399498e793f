import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { hex32, type IndexEntry } from '../../../jobs/plate-archive/format/archive-index.ts';
import { type Forgery, forge } from '../forge.ts';
import { imagesPrefix, type PlateLab } from '../plate-lab.ts';

/** What is done to an archive, and the check that must see it. Answers the digest of the archive to verify. */
export interface Corruption {
  readonly check: string;
  readonly what: string;
  readonly spoil: (lab: PlateLab, digest: string) => Promise<string> | string;
}

export const entryOf = (forgery: Forgery, name: string): Forgery['indexed'][number] =>
  forgery.indexed.find(({ key }) => key === imagesPrefix + name)!;
export const forged =
  (edit: (forgery: Forgery) => void) =>
  (lab: PlateLab, digest: string): Promise<string> =>
    forge(lab, digest, edit);
export const tarOf = (forgery: Forgery, { tar }: IndexEntry): Buffer => forgery.tars[tar!]!;

/** Other bytes in the tar, with the digests that they have: only the source knows better. */
export const replaceBytes = (name: string) =>
  forged(forgery => {
    const entry = entryOf(forgery, name);
    const bytes = tarOf(forgery, entry).subarray(entry.offset!, entry.offset! + entry.size);
    bytes[100]! ^= 1;
    entry.sha256 = createHash('sha256').update(bytes).digest('hex');
    entry.crc32 = hex32(crc32(bytes));
  });

/** Another object, and nothing left of the one that was archived. */
export function replaceForGood(lab: PlateLab, name: string): void {
  lab.image(name, 'other');
  lab.s3.buckets.get('live')!.get(imagesPrefix + name)!.length = 1;
}
