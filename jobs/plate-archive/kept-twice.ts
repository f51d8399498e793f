import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { isStoreError, type ObjectStore } from '../../lib/contract/ports/object-store.ts';
import { archivePrefix, indexTarKey, type PlateName } from './format/archive-keys.ts';
import { sha256 } from './format/inventory.ts';
import { createCommand, plateCommand } from './plate/plate-command.ts';
import { PlateError } from './plate/plate-error.ts';
import { wholeObject } from './whole-object.ts';

/**
 * A file of an archive that lies beside its tars and, for the day that it is lost, once more in the tar of the index. Whichever has
 * the digest is it. Throws PlateError, with what can be done, where neither has.
 */
export async function keptTwice(
  archive: ObjectStore,
  plate: PlateName,
  digest: string,
  name: 'inventory.ndjson' | 'index.ndjson',
  wanted: string,
): Promise<Buffer> {
  const key = `${archivePrefix(plate, digest)}${name}`;
  const bytes = await wholeObject(archive, key);
  if (bytes && sha256(bytes) === wanted) return bytes;
  const what = `${key} is ${bytes ? 'not the one that was written' : 'lost'}`;
  const second = await inIndexTar(archive, plate, digest, name).catch((error: unknown) => {
    if (!isStoreError(error, 'InvalidObjectState')) throw error;
    throw new PlateError([
      `${what}, and the tar that has it once more is in a cold class: ${plateCommand('rebuild', plate, '--to', 'rebuilt')}, which asks for it`,
    ]);
  });
  if (second && sha256(second) === wanted) return second;
  throw new PlateError([`${what}, and no tar of its archive has it: ${wayOn[name](plate)}`]);
}

/** An index is made of the tars; the digest of an inventory is the archive's name, and nothing else has all of it. */
const wayOn = {
  'index.ndjson': (plate: PlateName) => plateCommand('rebuild', plate, '--to', 'rebuilt'),
  'inventory.ndjson': (plate: PlateName) =>
    `what is at the source is archived anew (${createCommand(plate)}), and what is not comes back from the tars (${plateCommand('restore', plate, '--to', 'restored')})`,
} as const;

/** Undefined where there is no such tar, or it breaks off before the file's end. */
async function inIndexTar(
  archive: ObjectStore,
  plate: PlateName,
  digest: string,
  name: string,
): Promise<Buffer | undefined> {
  const tar = await archive.look(indexTarKey(plate, digest));
  if (!tar) return undefined;
  const { body } = await archive.stream(tar.key, { ifMatch: tar.etag });
  const reader = extract();
  const source = Readable.from(body);
  source.once('error', error => reader.destroy(error));
  source.pipe(reader);
  let found: Buffer | undefined;
  try {
    for await (const entry of reader)
      if (entry.header.name === name) found = await buffer(entry);
      else entry.resume();
  } catch (error) {
    if (isStoreError(error)) throw error;
    // A tar that breaks off; what is asked for may lie before its end, and its digest tells.
    return found;
  }
  return found;
}
