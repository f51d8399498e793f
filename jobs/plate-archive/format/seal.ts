import { PlateError } from '../plate/plate-error.ts';
import type { IndexBlock } from './archive-index.ts';
import { storedJson } from './stored-json.ts';

/** One tar of an archive, as it was uploaded. */
export interface SealedTar {
  readonly name: string;
  readonly bytes: number;
  /** Of the whole tar, hex; S3 has computed the same. */
  readonly crc32: string;
  readonly members: number;
}

/** archive.json: written last, so that it is there when everything is. Small: one GET of it finds any object. */
export interface Seal {
  readonly format: 'plate archive 1';
  /** Hex SHA-256 of the inventory. */
  readonly inventory: string;
  readonly storageClass: string;
  readonly objects: number;
  /** Folder markers, which are in the index alone. */
  readonly markers: number;
  readonly bytes: number;
  readonly tars: readonly SealedTar[];
  readonly indexTar: SealedTar;
  readonly index: { readonly bytes: number; readonly sha256: string; readonly blocks: readonly IndexBlock[] };
  /** Hex SHA-256 of manifest-sha256.txt. */
  readonly manifest: string;
}

export const encodeSeal = (seal: Seal): Buffer => Buffer.from(`${JSON.stringify(seal)}\n`);

/** Throws PlateError where it is not what was written. */
export function decodeSeal(bytes: Buffer): Seal {
  const seal = storedJson<Seal>(bytes, 'archive.json');
  if (seal.format !== 'plate archive 1') throw new PlateError([`archive.json has the format ${seal.format}`]);
  return seal;
}
