import { createHash } from 'node:crypto';
import type { ObjectStore, StoredObject } from '../../../lib/contract/ports/object-store.ts';
import type { Findings } from './findings.ts';
import { filesOf, type ReadArchive } from './read-archive.ts';
import { storedBytes } from './stored-bytes.ts';
import { TarReader } from './tar-reader.ts';

/** The tar that describes the archive without us: it holds the very index, inventory and manifest, and a bag's other files. */
export async function checkIndexTar(
  archive: ObjectStore,
  object: StoredObject | undefined,
  { digests: own, listed, indexed }: ReadArchive,
  found: Findings,
  signal?: AbortSignal,
): Promise<void> {
  if (!object) return;
  const digests = new Map<string, string>();
  const texts = new Map<string, string>();
  let name = '';
  let hash = createHash('sha256');
  let text: Buffer[] = [];
  const reader = new TarReader(object.key, found, {
    begin(member) {
      name = member.name;
      hash = createHash('sha256');
      text = [];
    },
    data(chunk) {
      hash.update(chunk);
      if (isShort(name)) text.push(Buffer.from(chunk));
    },
    end() {
      digests.set(name, hash.digest('hex'));
      if (isShort(name)) texts.set(name, Buffer.concat(text).toString('utf8'));
    },
  });
  for await (const chunk of storedBytes(archive, object, signal)) reader.push(chunk);
  reader.finish();
  const holds = (file: string, digest: string): boolean =>
    found.check(
      'index-tar-file',
      digests.get(file) === digest,
      () => `${object.key} does not hold the ${file} that lies beside it`,
    );
  holds('inventory.ndjson', own.inventory);
  holds('index.ndjson', own.index);
  holds('manifest-sha256.txt', own.manifest);
  let bytes = 0;
  for (const { size } of listed) bytes += size;
  const oxum = `Payload-Oxum: ${bytes}.${filesOf(indexed)}\n`;
  found.check(
    'bag-info',
    texts.get('bag-info.txt')?.includes(oxum) === true,
    () => `${object.key}: bag-info.txt counts other files or bytes`,
  );
  found.check(
    'bag-declared',
    texts.get('bagit.txt')?.startsWith('BagIt-Version: 1.0\n') === true,
    () => `${object.key} has no bagit.txt`,
  );
  const tagged = (texts.get('tagmanifest-sha256.txt') ?? '').split('\n').filter(Boolean);
  const isTagged =
    tagged.length > 0 && tagged.every(line => digests.get(line.slice(66)) === line.slice(0, 64));
  found.check('bag-tags', isTagged, () => `${object.key}: tagmanifest-sha256.txt is not that of its files`);
}

const isShort = (name: string): boolean =>
  ['bag-info.txt', 'bagit.txt', 'tagmanifest-sha256.txt'].includes(name);
